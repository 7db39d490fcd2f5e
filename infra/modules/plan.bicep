// The plan: Flex Consumption, which takes exactly one app and costs nothing while nothing runs.
// https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan

@description('Name of the plan.')
@minLength(1)
@maxLength(60)
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

@description('Resource id of the plan.')
output id string = plan.id
