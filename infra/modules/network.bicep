// A network of the app's own: it calls from one subnet, and storage and vault have their private addresses in the other.
// https://learn.microsoft.com/azure/azure-functions/functions-networking-options

@description('Name of the network.')
@minLength(2)
@maxLength(64)
param name string

@description('Name of the security group of the private addresses.')
@minLength(1)
@maxLength(80)
param securityGroupName string

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

resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: securityGroupName
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
  name: name
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

@description('Resource id of the network.')
output id string = network.id

@description('Resource id of the subnet that the app calls from.')
output appSubnetId string = '${network.id}/subnets/app'

@description('Resource id of the subnet with the private addresses.')
output endpointsSubnetId string = '${network.id}/subnets/endpoints'
