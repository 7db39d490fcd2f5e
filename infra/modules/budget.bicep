// Says by mail when the resource group costs more in a month than expected. It stops nothing.
// https://learn.microsoft.com/azure/cost-management-billing/costs/quick-create-budget-bicep

@description('Name of the budget.')
@minLength(1)
@maxLength(63)
param name string

@description('What a month may cost, in the currency of the subscription.')
@minValue(1)
param amount int

@description('First day of the first month, as 2026-12-01. Azure refuses to change it afterwards.')
@minLength(10)
@maxLength(10)
param startsOn string

@description('Who is told.')
param addresses array

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startsOn
    }
    notifications: {
      mostIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: addresses
      }
      allIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: addresses
      }
      moreWillBeSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: addresses
      }
    }
  }
}
