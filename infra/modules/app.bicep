// The function app: where its code lies, who it runs as, how far it grows. Its settings are in settings.bicep.
// https://learn.microsoft.com/azure/azure-functions/functions-infrastructure-as-code

@description('Name of the function app.')
@minLength(2)
@maxLength(60)
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the plan.')
param planId string

@description('Resource id of the identity that the app runs as.')
param identityId string

@description('Blob container of the package.')
param packagesUrl string

@description('Version of Python. The package is built for the same.')
@allowed([
  '3.11'
  '3.12'
  '3.13'
])
param pythonVersion string

@description('Memory of an instance in megabytes; its share of a processor grows with it.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int

@description('Most instances of each group that scales by itself.')
@minValue(40)
@maxValue(1000)
param mostInstances int

@description('Instances for webhooks and administration that are kept warm.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int

@description('Instances for the engine that are kept warm.')
@minValue(0)
@maxValue(20)
param alwaysReadySync int

@description('Calls that one instance answers at a time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Resource id of the subnet that the app calls from; empty without a network of its own.')
param subnetId string

// Webhooks, notifications and administration share the group http; every other function scales alone, by its name.
var readyForHttp = alwaysReadyHttp > 0 ? [
  {
    name: 'http'
    instanceCount: alwaysReadyHttp
  }
] : []
var readyForSync = alwaysReadySync > 0 ? [
  {
    name: 'function:sync_resource'
    instanceCount: alwaysReadySync
  }
] : []

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds by this tag what it deploys the service of azure.yaml to.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: planId
    httpsOnly: true
    clientAffinityEnabled: false
    // Graph and the board call from outside, whether or not storage and vault are private.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: mostInstances
        alwaysReady: concat(readyForHttp, readyForSync)
        triggers: {
          http: {
            // Python would otherwise get one call at a time.
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
  }
}

@description('Name of the function app.')
output name string = app.name

@description('Where the platform makes the app reachable.')
output url string = 'https://${app.properties.defaultHostName}'
