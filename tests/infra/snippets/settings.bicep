param more object
resource site 'Microsoft.Web/sites@2025-03-01' existing = { name: 'func' }
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union({ A: 'x', B: string(5) }, more)
}
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep'
  scope: site
  properties: { level: 'CanNotDelete' }
}
