// The registration by which Teams knows the bot, and where it sends what people write.

@description('Name of the bot; unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('Pricing tier.')
@allowed([
  'F0'
  'S1'
])
param sku string

@description('The bot is the identity of the app; otherwise it is an app registration.')
param isManagedIdentity bool

@description('Client id of the identity or the app registration.')
param appId string

@description('Resource id of the identity.')
param identityId string

@description('Where Teams sends what people write.')
param endpoint string

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: name
  location: 'global'
  tags: tags
  kind: 'azurebot'
  sku: {
    name: sku
  }
  properties: {
    displayName: 'Firstsight'
    description: 'Tells which devices a hunt has seen for the first time.'
    endpoint: endpoint
    msaAppId: appId
    msaAppTenantId: tenant().tenantId
    msaAppType: isManagedIdentity ? 'UserAssignedMSI' : 'SingleTenant'
    msaAppMSIResourceId: isManagedIdentity ? identityId : null
    // Other channels than Teams have keys; nobody may use one.
    disableLocalAuth: true
  }
}

resource teams 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: 'global'
  properties: {
    channelName: 'MsTeamsChannel'
    properties: {
      isEnabled: true
    }
  }
}
