// A rule for each thing that needs a person: docs/admin/alerts.md says what each means. The queries are files, to be
// tried in the portal with what stands in <> filled in.
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule

@description('What the names of the rules begin with.')
@minLength(1)
@maxLength(60)
param prefix string

@description('Region, the same as that of the workspace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the workspace that is asked.')
param workspaceId string

@description('Resource id of the action group that is told.')
param actionGroupId string

@description('Time in which a turn of the pull must have ended.')
param pullWindow string

@description('Calls and runs that may fail within a quarter of an hour.')
@minValue(1)
param mostFailed int

// Two days, since the app repeats a line daily: one that has stood since yesterday must not seem over.
var standing = {
  lookback: 'P2D'
  every: 'PT5M'
}
// A mail for each of them: which alert, how bad, and in which section of which page its remedy is told.
var eachAlert = [
  {
    name: 'Alert'
    operator: 'Include'
    values: [
      '*'
    ]
  }
  {
    name: 'Level'
    operator: 'Include'
    values: [
      '*'
    ]
  }
  {
    name: 'Link'
    operator: 'Include'
    values: [
      '*'
    ]
  }
]
var standingQuery = loadTextContent('../queries/standing.kql')
var silentTimer = loadTextContent('../queries/timer-silent.kql')

// Severity 1: nothing is carried over, or soon will not be. 2: some of it.
var rules = [
  {
    name: 'nothing-runs'
    title: 'Tandem: nothing runs'
    words: 'No turn of the pull has ended for a while. Ask /api/health, then see the log. See docs/admin/mend.md#rule-nothing-runs.'
    severity: 1
    query: loadTextContent('../queries/pull-silent.kql')
    lookback: pullWindow
    every: 'PT5M'
    dimensions: []
  }
  {
    name: 'pull-failing'
    title: 'Tandem: the pull fails'
    words: 'The last three turns of the pull failed: what no notification tells is not read. See docs/admin/mend.md#rule-pull-failing.'
    severity: 1
    query: loadTextContent('../queries/pull-failing.kql')
    lookback: pullWindow
    every: 'PT5M'
    dimensions: []
  }
  {
    name: 'renewal-silent'
    title: 'Tandem: subscriptions are not renewed'
    words: 'renew_subscriptions has not ended for more than three hours. Subscriptions run out within days. See docs/admin/mend.md#rule-renewal-silent.'
    severity: 2
    query: replace(replace(silentTimer, '<timer>', 'renew_subscriptions'), '<hours>', '3')
    lookback: 'PT4H'
    every: 'PT30M'
    dimensions: []
  }
  {
    name: 'tidying-silent'
    title: 'Tandem: the nightly tidying does not run'
    words: 'tidy_up has not ended for more than a day: windows do not move on, and nothing is retired. See docs/admin/mend.md#rule-tidying-silent.'
    severity: 2
    query: replace(replace(silentTimer, '<timer>', 'tidy_up'), '<hours>', '26')
    lookback: 'P2D'
    every: 'PT1H'
    dimensions: []
  }
  {
    name: 'failed-requests'
    title: 'Tandem: calls or runs fail'
    words: 'More calls or runs than usual failed within a quarter of an hour. The log tells why. See docs/admin/mend.md#rule-failed-requests.'
    severity: 2
    query: replace(loadTextContent('../queries/failed-requests.kql'), '<most>', string(mostFailed))
    lookback: 'PT15M'
    every: 'PT5M'
    dimensions: []
  }
  {
    name: 'poison'
    title: 'Tandem: a run failed each time'
    words: 'A bell failed five times and was filed as held. The log tells why, under its correlation id. See docs/admin/mend.md#rule-poison.'
    severity: 2
    query: loadTextContent('../queries/poison.kql')
    lookback: 'PT15M'
    every: 'PT5M'
    dimensions: []
  }
  {
    name: 'held'
    title: 'Tandem: something is held'
    words: 'Something waits for a person to judge it; all else goes on. tandem held list shows it.'
    severity: 2
    query: '${standingQuery}${loadTextContent('../queries/held.kql')}'
    lookback: standing.lookback
    every: standing.every
    dimensions: eachAlert
  }
  {
    name: 'silence'
    title: 'Tandem: a source is silent'
    words: 'A source has sent nothing in its working hours for longer than it may. tandem sources list shows which.'
    severity: 2
    query: '${standingQuery}${loadTextContent('../queries/silence.kql')}'
    lookback: standing.lookback
    every: standing.every
    dimensions: eachAlert
  }
  {
    name: 'subscription'
    title: 'Tandem: a subscription is missing or about to end'
    words: 'Changes in some calendars are seen only when they are pulled. tandem doctor tells why.'
    severity: 2
    query: '${standingQuery}${loadTextContent('../queries/subscription.kql')}'
    lookback: standing.lookback
    every: standing.every
    dimensions: eachAlert
  }
  {
    name: 'lag'
    title: 'Tandem: changes arrive late'
    words: 'Changes take longer than five minutes, or wait without being carried out. tandem status shows whose.'
    severity: 2
    query: '${standingQuery}${loadTextContent('../queries/lag.kql')}'
    lookback: standing.lookback
    every: standing.every
    dimensions: eachAlert
  }
  {
    name: 'secret'
    title: 'Tandem: a secret is about to run out'
    words: 'Make a new secret and store it under the same name.'
    severity: 2
    query: loadTextContent('../queries/secret.kql')
    lookback: standing.lookback
    every: 'PT1H'
    dimensions: eachAlert
  }
  {
    name: 'other'
    title: 'Tandem: another alert'
    words: 'The app tells an alert that has no rule of its own. tandem status shows it.'
    severity: 2
    query: '${standingQuery}${loadTextContent('../queries/other.kql')}'
    lookback: standing.lookback
    every: standing.every
    dimensions: eachAlert
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for each in rules: {
  name: '${prefix}-${each.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: each.title
    description: each.words
    severity: each.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: each.every
    windowSize: each.lookback
    criteria: {
      allOf: [
        {
          query: each.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: each.dimensions
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // One mail when it begins and one when it is over, however often the query finds it in between.
    autoMitigate: true
    // The workspace has no line of the app yet when it is deployed first.
    skipQueryValidation: true
    actions: {
      actionGroups: [
        actionGroupId
      ]
    }
  }
}]
