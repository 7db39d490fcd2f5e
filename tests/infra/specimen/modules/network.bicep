@description('Name of the network.')
param name string

@description('Region.')
param location string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/24'
      ]
    }
  }
}

@description('Resource id of the network.')
output id string = network.id
