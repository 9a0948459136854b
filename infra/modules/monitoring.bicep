// Logs of the app itself. They are taken only from its identity, never by the key in the connection string.

@description('Name of the app; part of the names of the resources.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How long logs are kept.')
param retentionDays int

@description('Object id of the identity of the app.')
param principalId string

// Monitoring Metrics Publisher: may send telemetry and read none.
var publisherRoleId = '3913510d-42f4-4e42-8a64-420c390055eb'

resource logs 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionDays
    sku: {
      name: 'PerGB2018'
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    DisableLocalAuth: true
  }
}

// Why: the host sends the logs of the app as the identity. Scope: this component.
resource maySendTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, publisherRoleId)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisherRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output insightsName string = insights.name
output insightsId string = insights.id
