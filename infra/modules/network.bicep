// A network of the app's own: it calls from one subnet; storage and vault have private addresses in the other.
// https://learn.microsoft.com/azure/azure-functions/functions-networking-options

@description('What the names end in.')
@minLength(2)
@maxLength(48)
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Addresses of the network.')
param addressPrefix string

@description('Those of the subnet that the app calls from, /27 or larger.')
param appPrefix string

@description('Those of the subnet with the private addresses, /28 or larger.')
param endpointsPrefix string

@description('Resource id of the storage account.')
param storageId string

@description('Resource id of the vault.')
param vaultId string

// The suffixes are those of the cloud; a vault's zone is called otherwise than its public name.
var vaultSuffix = replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')
var parts = [
  {
    name: 'blob'
    serviceId: storageId
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    name: 'queue'
    serviceId: storageId
    zoneName: 'privatelink.queue.${environment().suffixes.storage}'
  }
  {
    name: 'table'
    serviceId: storageId
    zoneName: 'privatelink.table.${environment().suffixes.storage}'
  }
  {
    name: 'vault'
    serviceId: vaultId
    zoneName: 'privatelink${vaultSuffix}'
  }
]

resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'app-may-call'
        properties: {
          description: 'The app, over https'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: appPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'nobody-else'
        properties: {
          description: 'The default would let in the whole network'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// The subnets are written inside, since a network that is deployed again without them loses them.
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${name}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: appPrefix
          // Graph and the board are called from here.
          defaultOutboundAccess: true
          delegations: [
            {
              name: 'functions'
              properties: {
                // Flex Consumption; the subscription registers the provider Microsoft.App for it.
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          defaultOutboundAccess: false
          // Without this the security group would not be asked.
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: {
            id: securityGroup.id
          }
        }
      }
    ]
  }
}

module endpoint 'endpoint.bicep' = [for part in parts: {
  name: 'endpoint-${part.name}'
  params: {
    name: 'pe-${part.name}-${name}'
    location: location
    tags: tags
    serviceId: part.serviceId
    part: part.name
    zoneName: part.zoneName
    networkId: network.id
    subnetId: '${network.id}/subnets/endpoints'
  }
}]

@description('Resource id of the subnet that the app calls from.')
output appSubnetId string = '${network.id}/subnets/app'
