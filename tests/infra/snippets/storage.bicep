@allowed(['TLS1_2', 'TLS1_3'])
param tls string
param any string
param count int
type switches = {
  on: bool
}
param flags switches
var services = { blob: { enabled: true } }
resource st 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'st'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    minimumTlsVersion: tls
    allowSharedKeyAccess: false
    encryption: { services: services }
    networkAcls: {
      defaultAction: count == 1 ? 'Deny' : 'Allow'
      ipRules: [for each in range(0, 2): { value: '10.0.0.${each}' }]
    }
  }
}
