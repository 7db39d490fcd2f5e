// Everything that Tandem runs on, in one resource group: docs/admin/set-up.md says how, README.md what each module is.
//
// Written in constructs that the parsers read by which it is checked without a compiler (tests/infra): no lambdas, no
// types of its own, no condition behind a loop, no interpolation inside another.

// The group is the scope, and not the subscription: whoever deploys needs rights on this one group only, and removing
// the group removes everything. azd makes or picks the group by itself (AZURE_RESOURCE_GROUP).
targetScope = 'resourceGroup'

// Where, and under which names

@description('Region of everything.')
param location string = resourceGroup().location

@description('Name of this installation; azd fills in its environment\'s. Part of the names, so two may share a group.')
@minLength(1)
@maxLength(64)
param environmentName string = 'tandem'

@description('What readable names begin with: letters, digits and hyphens, beginning with a letter.')
@minLength(2)
@maxLength(9)
param name string = 'tandem'

@description('Name of the function app, and so of its address. In the whole world there is one of a name.')
@minLength(2)
@maxLength(60)
param functionAppName string = 'func-${name}-${uniqueString(resourceGroup().id, environmentName)}'

@description('Name of the storage account: small letters and digits. In the whole world there is one of a name.')
@minLength(3)
@maxLength(24)
param storageAccountName string = toLower('st${replace(name, '-', '')}${uniqueString(resourceGroup().id, environmentName)}')

@description('Name of the vault. In the whole world there is one of a name, for 90 days after it is deleted as well.')
@minLength(3)
@maxLength(24)
param vaultName string = 'kv-${name}-${take(uniqueString(resourceGroup().id, environmentName), 10)}'

@description('Take back the deleted vault of this name, with its secrets. For one deployment only.')
param recoverVault bool = false

@description('Tags of every resource.')
param tags object = {}

// What the app is to know

@description('Base address of the scheduler, without /v1.')
@minLength(9)
param schedulerUrl string

@description('Names this deployment on its events; empty: from group and name. After a move: what it was before.')
@maxLength(36)
param connectorId string = ''

@description('Where Graph and the board reach the app, without /api; empty for the address that the platform gives it.')
param publicUrl string = ''

@description('Directory (tenant) id of the app registration; empty for that of the subscription.')
@maxLength(36)
param graphTenantId string = ''

@description('Application (client) id of the app registration; empty until register-app has made it.')
param graphClientId string = ''

@description('Microsoft Graph of the tenant\'s cloud.')
@allowed([
  'https://graph.microsoft.com'
  'https://graph.microsoft.us'
  'https://dod-graph.microsoft.us'
  'https://microsoftgraph.chinacloudapi.cn'
])
param graphEndpoint string = 'https://graph.microsoft.com'

@description('Sign-in of the tenant\'s cloud.')
param graphAuthority string = environment().authentication.loginEndpoint

@description('Scope of the token for Graph; empty for the endpoint\'s own, which is right nearly everywhere.')
param graphScope string = ''

@description('How the app proves itself to Graph: by the secret in the vault, or by its identity, which needs none.')
@allowed([
  'secret'
  'federated'
])
param graphSignIn string = 'secret'

@description('Name of the app registration\'s secret in the vault.')
@minLength(1)
@maxLength(127)
param graphClientSecretName string = 'graph-client-secret'

@description('Events per page of a read.')
@minValue(1)
@maxValue(500)
param graphPageSize int = 100

@description('Requests to Graph at once, over all mailboxes, per instance.')
@minValue(1)
@maxValue(128)
param graphMaxConcurrency int = 16

@description('Application whose roles open the administration; empty for the app registration itself.')
param adminAudience string = ''

@description('When subscriptions are renewed: six fields in UTC. At least every two hours, which an alert counts on.')
param renewSchedule string = '0 0 * * * *'

@description('When calendars that are due are asked for changes: six fields in UTC.')
param pullSchedule string = '0 */5 * * * *'

@description('When the daily tidying runs: six fields in UTC. At least once a day, which an alert counts on.')
param tidySchedule string = '0 30 3 * * *'

// How large

@description('Version of Python. The package is built for the same.')
@allowed([
  '3.11'
  '3.12'
  '3.13'
])
param pythonVersion string = '3.12'

@description('Memory of an instance in megabytes; its share of a processor grows with it.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int = 2048

@description('Most instances of each group that scales by itself.')
@minValue(40)
@maxValue(1000)
param mostInstances int = 40

@description('Instances for webhooks and administration that are kept warm. They are paid for all day.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int = 0

@description('Instances for the engine that are kept warm. They are paid for all day.')
@minValue(0)
@maxValue(20)
param alwaysReadySync int = 0

@description('Calls that one instance answers at a time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 16

@description('How often storage keeps each byte, and where. Standard_LRS where the region has no zones.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_ZRS'

// Who is told, and who may

@description('Mail addresses of those whom alerts and the budget tell.')
@minLength(1)
param alertAddresses array

@description('Time in which a turn of the pull must have ended: three turns or more, and minutes for the log to arrive.')
@allowed([
  'PT15M'
  'PT30M'
  'PT45M'
  'PT1H'
  'PT2H'
  'PT3H'
  'PT4H'
  'PT5H'
  'PT6H'
])
param pullWindow string = 'PT30M'

@description('Calls and runs that may fail within a quarter of an hour before somebody is told.')
@minValue(1)
param mostFailed int = 10

@description('What a month may cost, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int = 50

@description('First of the month of the first deployment, as 2026-12-01, and the same ever after. Empty: no budget.')
@maxLength(10)
param budgetStartsOn string = ''

@description('Days for which the log is kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Most gigabytes of log in a day; -1 for no limit. Beyond it, alerts see nothing but silence.')
@minValue(-1)
param logDailyQuotaGb int = 1

@description('Keep the log of the host as well, while the app does not start and tells nothing. It doubles what is logged.')
param hostLog bool = false

@description('Object id of whoever puts the secrets into the vault; empty for whoever deploys.')
@maxLength(36)
param vaultOfficerId string = ''

@description('What that is. A pipeline that deploys is a ServicePrincipal.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param vaultOfficerType string = 'User'

@description('Lock storage and vault against deletion.')
param lockResources bool = true

// A network of its own

@description('Reach storage and vault through private endpoints only. The app itself stays reachable.')
param usePrivateNetwork bool = false

@description('Addresses of the network.')
param networkPrefix string = '10.60.0.0/24'

@description('Those of the subnet that the app calls from, /27 or larger.')
param networkAppPrefix string = '10.60.0.0/26'

@description('Those of the subnet with the private addresses, /28 or larger.')
param networkEndpointsPrefix string = '10.60.0.64/27'

@description('Addresses from which secrets are put into a private vault; empty: only from inside the network.')
param vaultOpenTo array = []

var token = uniqueString(resourceGroup().id, environmentName)
var allTags = union(tags, { 'azd-env-name': environmentName })
var connector = empty(connectorId) ? guid(resourceGroup().id, environmentName) : connectorId
// The parser that checkov brings knows no deployer() outside of an interpolation.
#disable-next-line simplify-interpolation
var officerId = empty(vaultOfficerId) ? '${deployer().objectId}' : vaultOfficerId
var appUrl = empty(publicUrl) ? app.outputs.url : publicUrl

var identityName = 'id-${name}-${token}'
var registrationOptions = graphSignIn == 'secret' ? '--vault ${vaultName}' : '--federated --identity ${identityName}'

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: identityName
    location: location
    tags: allTags
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: storageAccountName
    location: location
    tags: allTags
    sku: storageSku
    isPrivate: usePrivateNetwork
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: vaultName
    location: location
    tags: allTags
    recover: recoverVault
    isPrivate: usePrivateNetwork
    openTo: vaultOpenTo
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: 'log-${name}-${token}'
    componentName: 'appi-${name}-${token}'
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    storageName: storage.outputs.name
    queueNames: storage.outputs.queueNames
    vaultName: vault.outputs.name
    componentName: monitoring.outputs.componentName
    identityPrincipalId: identity.outputs.principalId
    vaultOfficerId: officerId
    vaultOfficerType: vaultOfficerType
  }
}

// The app waits for this as a whole, so that its package can be read when it first starts.
module network 'modules/network.bicep' = if (usePrivateNetwork) {
  name: 'network'
  params: {
    name: '${name}-${token}'
    location: location
    tags: allTags
    addressPrefix: networkPrefix
    appPrefix: networkAppPrefix
    endpointsPrefix: networkEndpointsPrefix
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module plan 'modules/plan.bicep' = {
  name: 'plan'
  params: {
    name: 'plan-${name}-${token}'
    location: location
    tags: allTags
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: functionAppName
    location: location
    tags: allTags
    planId: plan.outputs.id
    identityId: identity.outputs.id
    packagesUrl: storage.outputs.packagesUrl
    pythonVersion: pythonVersion
    instanceMemory: instanceMemory
    mostInstances: mostInstances
    alwaysReadyHttp: alwaysReadyHttp
    alwaysReadySync: alwaysReadySync
    httpConcurrency: httpConcurrency
    subnetId: usePrivateNetwork ? network!.outputs.appSubnetId : ''
  }
  dependsOn: [
    roles
  ]
}

module settings 'modules/settings.bicep' = {
  name: 'settings'
  params: {
    appName: app.outputs.name
    identityClientId: identity.outputs.clientId
    blobUrl: storage.outputs.blobUrl
    queueUrl: storage.outputs.queueUrl
    tableUrl: storage.outputs.tableUrl
    telemetryConnection: monitoring.outputs.connectionString
    vaultUrl: vault.outputs.url
    connectorId: connector
    publicUrl: appUrl
    graphEndpoint: graphEndpoint
    graphAuthority: graphAuthority
    graphScope: graphScope
    graphTenantId: empty(graphTenantId) ? tenant().tenantId : graphTenantId
    graphClientId: graphClientId
    graphSignIn: graphSignIn
    graphClientSecretName: graphClientSecretName
    graphPageSize: graphPageSize
    graphMaxConcurrency: graphMaxConcurrency
    adminAudience: empty(adminAudience) ? graphClientId : adminAudience
    schedulerUrl: schedulerUrl
    renewSchedule: renewSchedule
    pullSchedule: pullSchedule
    tidySchedule: tidySchedule
  }
}

module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  params: {
    workspaceId: monitoring.outputs.workspaceId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    appName: app.outputs.name
    hostLog: hostLog
  }
}

module mail 'modules/mail.bicep' = {
  name: 'mail'
  params: {
    name: 'ag-${name}-${token}'
    tags: allTags
    addresses: alertAddresses
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    prefix: 'alert-${name}-${token}'
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: mail.outputs.id
    pullWindow: pullWindow
    mostFailed: mostFailed
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = if (!empty(budgetStartsOn)) {
  name: 'budget'
  params: {
    name: 'budget-${name}-${token}'
    amount: monthlyBudget
    startsOn: budgetStartsOn
    addresses: alertAddresses
  }
}

module locks 'modules/locks.bicep' = if (lockResources) {
  name: 'locks'
  params: {
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
  }
}

// In capitals, since azd keeps outputs as variables of its environment.

@description('Where the board posts its events.')
output WEBHOOK_URL string = '${appUrl}/api/scheduler/events'

@description('Where Graph posts its notifications.')
output NOTIFICATION_URL string = '${appUrl}/api/graph/notifications'

@description('Address of the app.')
output PUBLIC_URL string = appUrl

@description('Name of the function app.')
output FUNCTION_APP_NAME string = app.outputs.name

@description('Name of the vault.')
output KEY_VAULT_NAME string = vault.outputs.name

@description('Name of the app\'s identity.')
output IDENTITY_NAME string = identityName

@description('Object id of the app\'s identity.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('What names this deployment on its events; keep it where a move to another group will find it.')
output CONNECTOR_ID string = connector

@description('What is left to do.')
output NEXT_STEPS array = [
  '1. Register the app: infra/register-app.sh ${registrationOptions}'
  '2. Put scheduler-api-key and scheduler-webhook-secret into ${vault.outputs.name}.'
  '3. Give its id to every later deployment: GRAPH_CLIENT_ID is ${empty(graphClientId) ? 'not given yet' : graphClientId}.'
  '4. Deploy the package to ${app.outputs.name}: docs/admin/set-up.md.'
  '5. Have the board post to ${appUrl}/api/scheduler/events.'
  '6. Check: tandem doctor --url ${appUrl}'
  '7. Watch the cost: BUDGET_STARTS_ON is ${empty(budgetStartsOn) ? 'not given yet' : budgetStartsOn}.'
]
