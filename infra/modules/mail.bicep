// Whom alerts are sent to.
// https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups

@description('Name of the action group.')
@minLength(1)
@maxLength(260)
param name string

@description('Tags of every resource.')
param tags object

@description('Addresses of those who are told.')
param addresses array

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    // At most twelve characters; it begins the subject of each mail.
    groupShortName: 'Tandem'
    enabled: true
    emailReceivers: [for (address, i) in addresses: {
      name: 'address-${i + 1}'
      emailAddress: address
      useCommonAlertSchema: true
    }]
  }
}

@description('Resource id of the action group.')
output id string = group.id
