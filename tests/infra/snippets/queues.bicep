resource st 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: 'st' }
resource service 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: st
  name: 'default'
}
resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for each in ['a', 'b']: {
  parent: service
  name: each
  properties: { metadata: { kept: 'yes' } }
}]
resource whole 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = {
  name: 'st/default/whole'
}
param isWanted bool
var chosen = [
  { name: 'chosen-a', kept: 'yes' }
  { name: 'chosen-b', kept: 'no' }
]
resource each 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for one in (isWanted ? chosen : []): {
  parent: service
  name: one.name
  properties: { metadata: { kept: one.kept } }
}]
