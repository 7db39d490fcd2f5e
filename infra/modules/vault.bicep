// The vault of the secrets. It is made empty: whoever deploys puts the secrets in, and no template ever sees one.
// https://learn.microsoft.com/azure/key-vault/general/rbac-guide

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Take back the deleted vault of this name, instead of making one.')
param recover bool

@description('Is the vault reached through its private endpoint only?')
param isPrivate bool

@description('Addresses or ranges that reach a private vault from outside as well, so that secrets can be put in.')
param openTo array

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    createMode: recover ? 'recover' : 'default'
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate && empty(openTo) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      ipRules: [for address in (isPrivate ? openTo : []): {
        value: address
      }]
    }
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('Address of the vault.')
output url string = vault.properties.vaultUri
