// One page for every day: lag, throughput, what is held, throttling. Found under Workbooks of the resource group.
// https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-automate

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the workspace that it asks.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure wants a uuid for a name.
  name: guid(workspaceId, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Tandem'
    description: 'Lag, throughput, held and throttling per day'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace(loadTextContent('../workbook.json'), '<workspace id>', workspaceId)
  }
}
