// Lets the app ask one workspace. Deployed to the resource group of the workspace, wherever that is.

@description('Name of the workspace.')
param name string

@description('Object id of the identity of the app.')
param principalId string

@description('Id of the role: it must allow queries, and should allow nothing else.')
param roleId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: name
}

// Why: the hunts query the tables of the workspace. Scope: this workspace, neither its group nor its subscription.
resource mayQuery 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, principalId, roleId)
  scope: workspace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('The id by which the query service knows the workspace.')
output workspaceId string = workspace.properties.customerId
