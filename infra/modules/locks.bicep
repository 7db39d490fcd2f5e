// Keeps what cannot be made anew from being deleted by mistake. A lock is taken away before the group can be removed.
// https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources

@description('Name of the storage account.')
param storageName string

@description('Name of the vault.')
param vaultName string

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource onStorage 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep'
  scope: storage
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds which event belongs to which appointment, and the journal.'
  }
}

resource onVault 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the secrets that Graph and the board are reached with.'
  }
}
