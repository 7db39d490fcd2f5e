@description('Name of the storage account.')
param storageName string

@description('Names of its queues.')
param queueNames array

@description('Name of the vault.')
param vaultName string

@description('Name of the component.')
param componentName string

@description('Object id of the identity.')
param principalId string

func roleId(role string) string => subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)

var officer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var onAccount = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [for each in queueNames: {
  name: '${storageName}/default/${each}'
}]

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource appOnStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in onAccount: {
  name: guid(storage.id, principalId, role)
  scope: storage
  properties: {
    roleDefinitionId: roleId(role)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}]

resource appOnQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (each, i) in queueNames: {
  name: guid(queue[i].id, principalId, 'queues')
  scope: queue[i]
  properties: {
    roleDefinitionId: roleId('974c5e8b-45b9-4653-ba55-5f855dd0fb88')
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: each
  }
}]

resource appOnComponent 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, principalId, 'telemetry')
  scope: component
  properties: {
    roleDefinitionId: roleId('3913510d-42f4-4e42-8a64-420c390055eb')
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource appOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, 'secrets')
  scope: vault
  properties: {
    roleDefinitionId: roleId('4633458b-17de-408a-b874-0445c86b69e6')
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource deployerOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, deployer().objectId, officer)
  scope: vault
  properties: {
    roleDefinitionId: roleId(officer)
    principalId: deployer().objectId
    principalType: 'User'
  }
}

@description('How many roles there are.')
output count int = length(onAccount) + length(queueNames) + 3
