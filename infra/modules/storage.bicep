// All that Tandem keeps, and the package it runs from. All of it is made here, so that the app need not make any.
// https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How often each byte is kept, and where.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param sku string

@description('Is storage reached through private endpoints only?')
param isPrivate bool

// The same names as in sync_core/adapters/tables and function_app.py; tests compare them.
var tables = [
  'sync'
  'placements'
  'subscriptions'
  'calendars'
  'settings'
  'deletions'
  'sources'
  'overview'
  'trail'
]
// The host moves what failed five times to the second; it would make it on demand, with a right that it is not given.
var queues = [
  'sync-resource'
  'sync-resource-poison'
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: storage
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobService
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: storage
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for queueName in queues: {
  parent: queueService
  name: queueName
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: storage
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [for tableName in tables: {
  parent: tableService
  name: tableName
}]

@description('Resource id of the account.')
output id string = storage.id

@description('Name of the account.')
output name string = storage.name

@description('Where the package lies that the app runs from.')
output packagesUrl string = '${storage.properties.primaryEndpoints.blob}${packages.name}'

@description('Blob endpoint.')
output blobUrl string = storage.properties.primaryEndpoints.blob

@description('Queue endpoint.')
output queueUrl string = storage.properties.primaryEndpoints.queue

@description('Table endpoint.')
output tableUrl string = storage.properties.primaryEndpoints.table

@description('Names of the queues that the app rings and answers.')
output queueNames array = queues
