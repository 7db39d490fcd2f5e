// The app's environment, every setting of it: what is set by hand is gone after the next deployment.
// What each means: docs/admin/set-up.md. https://learn.microsoft.com/azure/azure-functions/functions-app-settings

@description('Name of the function app.')
param appName string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Blob endpoint of the storage account.')
param blobUrl string

@description('Queue endpoint of the storage account.')
param queueUrl string

@description('Table endpoint of the storage account.')
param tableUrl string

@description('Where telemetry is sent.')
param telemetryConnection string

@description('Address of the vault.')
param vaultUrl string

@description('Names this deployment on every event that it makes.')
param connectorId string

@description('Where Graph and the board reach the app.')
param publicUrl string

@description('Microsoft Graph of the tenant\'s cloud.')
param graphEndpoint string

@description('Sign-in of the tenant\'s cloud.')
param graphAuthority string

@description('Scope of the token for Graph; empty for the endpoint\'s own.')
param graphScope string

@description('Directory (tenant) id of the app registration.')
param graphTenantId string

@description('Application (client) id of the app registration.')
param graphClientId string

@description('How the app proves itself to Graph.')
@allowed([
  'secret'
  'federated'
])
param graphSignIn string

@description('Name of the app registration\'s secret in the vault.')
param graphClientSecretName string

@description('Events per page of a read.')
param graphPageSize int

@description('Requests to Graph at once, per instance.')
param graphMaxConcurrency int

@description('Application whose roles open the administration.')
param adminAudience string

@description('Base address of the scheduler, without /v1.')
param schedulerUrl string

@description('When subscriptions are renewed.')
param renewSchedule string

@description('When calendars that are due are asked for changes.')
param pullSchedule string

@description('When the daily tidying runs.')
param tidySchedule string

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: blobUrl
    AzureWebJobsStorage__queueServiceUri: queueUrl
    AzureWebJobsStorage__tableServiceUri: tableUrl
    // Telemetry is sent as the identity. With the third, the worker sets OpenTelemetry up before the app is loaded.
    APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnection
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
    TANDEM_CONNECTOR_ID: connectorId
    TANDEM_PUBLIC_URL: publicUrl
    // Secrets are named here and read from the vault, so that a rotation needs neither a deployment nor a restart.
    KEY_VAULT_URL: vaultUrl
    GRAPH_ENDPOINT: graphEndpoint
    GRAPH_AUTHORITY: graphAuthority
    GRAPH_SCOPE: graphScope
    GRAPH_TENANT_ID: graphTenantId
    GRAPH_CLIENT_ID: graphClientId
    GRAPH_SIGN_IN: graphSignIn
    // Empty counts as not set, which it has to be where there is no secret.
    GRAPH_CLIENT_SECRET_NAME: graphSignIn == 'secret' ? graphClientSecretName : ''
    GRAPH_PAGE_SIZE: string(graphPageSize)
    GRAPH_MAX_CONCURRENCY: string(graphMaxConcurrency)
    SCHEDULER_URL: schedulerUrl
    SCHEDULER_API_KEY_NAME: 'scheduler-api-key'
    SCHEDULER_WEBHOOK_SECRET_NAMES: 'scheduler-webhook-secret'
    ADMIN_AUDIENCE: adminAudience
    RENEW_SCHEDULE: renewSchedule
    PULL_SCHEDULE: pullSchedule
    TIDY_SCHEDULE: tidySchedule
  }
}
