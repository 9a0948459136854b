// What must wake somebody. Each query is a file of its own in infra/alerts and answers rows only when something is wrong;
// test/infra runs it over lines that the program wrote. docs/operating.md says what to do about each.

@description('Name of the app; part of the names of the rules.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the Application Insights component.')
param insightsId string

@description('Mail addresses to alert.')
param emails string[]

@description('Resource id of another action group to alert; empty: none.')
param actionGroupId string

var rules = [
  {
    name: 'no-tick'
    title: 'no tick for 20 minutes'
    query: loadTextContent('../alerts/no-tick.kql')
    severity: 1
    every: 'PT5M'
    window: 'PT30M'
  }
  {
    name: 'hunt-failing'
    title: 'a hunt is failing'
    query: loadTextContent('../alerts/hunt-failing.kql')
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
  }
  {
    name: 'findings-undelivered'
    title: 'findings undelivered for an hour'
    query: loadTextContent('../alerts/findings-undelivered.kql')
    severity: 1
    every: 'PT15M'
    window: 'PT6H'
  }
  {
    name: 'poison-messages'
    title: 'a run died every time it was tried'
    query: loadTextContent('../alerts/poison-messages.kql')
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
  }
  {
    name: 'canary-overdue'
    title: 'a canary has not arrived'
    query: loadTextContent('../alerts/canary-overdue.kql')
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
  }
  {
    name: 'needs-somebody'
    title: 'something needs somebody today'
    query: loadTextContent('../alerts/needs-somebody.kql')
    severity: 2
    every: 'PT30M'
    window: 'PT1H'
  }
]

resource mails 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'firstsight'
    emailReceivers: [
      for (email, i) in emails: {
        name: 'mail-${i}'
        emailAddress: trim(email)
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${rule.name}-${name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Firstsight: ${rule.title}'
      description: 'See docs/operating.md, ${rule.name}.'
      enabled: true
      severity: rule.severity
      scopes: [
        insightsId
      ]
      evaluationFrequency: rule.every
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      actions: {
        actionGroups: union(empty(emails) ? [] : [mails.id], empty(actionGroupId) ? [] : [actionGroupId])
      }
    }
  }
]
