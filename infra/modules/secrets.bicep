// Only where there is a secret: the address of a webhook, the password of a bot that is not the identity, the board's key.

@description('Name of the vault.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Refuse everything that does not come through a private endpoint.')
param isPrivate bool

@description('Object id of the identity of the app.')
param principalId string

@description('Address of the Workflows webhook; empty: none.')
@secure()
param webhookUrl string

@description('Password of the app registration of the bot; empty: none.')
@secure()
param appPassword string

@description('Key of the board; empty: none.')
@secure()
param boardKey string

// Key Vault Secrets User: may read the value of a secret.
var readerRoleId = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource webhook 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(webhookUrl)) {
  parent: vault
  name: 'teams-webhook-url'
  properties: {
    value: webhookUrl
    contentType: 'address of a Teams workflow'
  }
}

resource password 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(appPassword)) {
  parent: vault
  name: 'teams-app-password'
  properties: {
    value: appPassword
    contentType: 'password of an app registration'
  }
}

resource board 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(boardKey)) {
  parent: vault
  name: 'board-key'
  properties: {
    value: boardKey
    contentType: 'key of the board'
  }
}

// Why: App Service resolves the setting TEAMS_WEBHOOK_URL as the identity. Scope: this secret.
resource mayReadWebhook 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(webhookUrl)) {
  name: guid(vault.id, 'teams-webhook-url', principalId, readerRoleId)
  scope: webhook
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// Why: App Service resolves the setting TEAMS_APP_PASSWORD as the identity. Scope: this secret.
resource mayReadPassword 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(appPassword)) {
  name: guid(vault.id, 'teams-app-password', principalId, readerRoleId)
  scope: password
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// Why: App Service resolves the setting BOARD_KEY as the identity. Scope: this secret.
resource mayReadBoardKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(boardKey)) {
  name: guid(vault.id, 'board-key', principalId, readerRoleId)
  scope: board
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
