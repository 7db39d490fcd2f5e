param location string = resourceGroup().location
resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func'
  location: location
  properties: {
    functionAppConfig: {
      deployment: { storage: { type: 'blobContainer', value: any(location) } }
      runtime: { name: 'python', version: location ?? '3.12' }
    }
  }
}
