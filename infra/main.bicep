// Everything Firstsight needs in Azure, in the order in which one part needs the one before. See README.md.
targetScope = 'subscription'

// ── Where, and what it is called ──

@description('Name of this deployment. It stands in the name of the resource group, and with the subscription it makes every other name unique.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region of every resource. Flex Consumption must be offered there.')
@minLength(1)
param location string

@description('Resource group to create or to use.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-${environmentName}'

// ── What is hunted ──

@description('The Log Analytics workspaces to hunt in: alias=<resource id>, several with commas. They may be in other resource groups and subscriptions of the tenant. One that this deployment may not touch is named by its workspace id (a GUID); its owner then grants the role. An alias stands in cards, keys and addresses; changing it starts a new baseline.')
@minLength(20)
param workspaces string

@description('Which hunts run: globs over the names below the folder hunts/, with commas. "*" is every file of the folder itself, "rmm/*" a pack.')
param hunts string = '*'

@description('How often the dispatcher looks for due hunts: NCRONTAB, six fields, UTC. The alert for a silent timer expects at least one tick in 20 minutes.')
param huntTick string = '0 */5 * * * *'

@description('Schedule of hunts that name none: NCRONTAB, six fields, UTC.')
param huntSchedule string = '0 0 6 * * *'

@description('How much older than the window of a hunt a row may be when it arrives.')
param lateness string = '2d'

@description('Deadline of one run; at most 25m, below the time-out of the function.')
param runTimeout string = '12m'

@description('How long the questions about new devices may take altogether; a card does not wait longer.')
param evidenceTimeout string = '2m'

@description('A table that has received nothing for so long, and for longer than it usually pauses, makes its hunts blind.')
param blindAfter string = '45m'

@description('Queries at once in each workspace, of all instances of the app together. Azure grants an identity five.')
param queryConcurrency string = '5'

@description('Days after which runs, told notices and their cases are taken away; 0 keeps them for ever.')
param retainDays string = '400'

@description('When a made-up device is sent through everything to see that findings would arrive: NCRONTAB, six fields, UTC; off: never.')
param canary string = '0 30 7 * * 1'

@description('A trouble that lasts is told again after this.')
param remindAfter string = '1d'

@description('A newly seen device of an urgent hunt that nobody has looked at is told once more after this; 0 switches it off.')
param escalateAfter string = '4h'

// ── Who is told ──

@description('How the bot proves itself: as the identity of the app (no secret), as an app registration that exists already (needs botAppId and teamsAppPassword), or not at all (a Workflows webhook tells).')
@allowed([
  'managed-identity'
  'secret'
  'off'
])
param teamsAuth string = 'managed-identity'

@description('Client id of the app registration of the bot, for teamsAuth = secret.')
param botAppId string = ''

@description('Its secret. Kept in a key vault.')
@secure()
param teamsAppPassword string = ''

@description('Address of a Workflows webhook that is told as well, or alone with teamsAuth = off. Whoever has it can post, so it is kept in a key vault.')
@secure()
param teamsWebhookUrl string = ''

@description('Entra object ids of those who may press buttons and change something by chat, with commas. Empty: everybody who sees a card.')
param operators string = ''

@description('Address under which people reach the pages that cards link to. Empty: the host name that Azure gives the app.')
param publicUrl string = ''

@description('When conversations that asked for it get the week in one card: NCRONTAB, six fields, UTC.')
param digestSchedule string = '0 0 7 * * 1'

@description('How long the link of a card opens its page.')
param linkLifetime string = '3d'

@description('Pricing tier of the bot: F0 is free, S1 has a service level agreement. Teams is a standard channel in both.')
@allowed([
  'F0'
  'S1'
])
param botSku string = 'F0'

// ── Who may look at the board and call the HTTP API ──

@description('Who may see the board: whoever has boardKey, whoever can sign in (needs entraClientId), or nobody. Empty: by key where there is one, otherwise nobody.')
@allowed([
  ''
  'key'
  'entra'
  'off'
])
param boardAuth string = ''

@description('The key that opens the board in a browser, 32 characters at least. Kept in a key vault.')
@secure()
param boardKey string = ''

@description('Whether the board may be acted on, or only looked at. Empty: acted on by those who sign in.')
@allowed([
  ''
  'on'
  'off'
])
param boardActions string = ''

@description('Client id of an app registration. If set, the app takes its callers from Entra, the API as well as by function key; the paths that prove their callers themselves stay open. Empty: function keys only.')
param entraClientId string = ''

@description('Client ids of the applications that may call the API through Entra, with commas. Empty: every application of the tenant that gets a token for it.')
param entraAllowedApplications string = ''

// ── How it runs ──

@description('Version of Node.js.')
@allowed([
  '22'
  '24'
])
param nodeVersion string = '24'

@description('Memory of an instance. A hunt is mostly waiting; the smallest is enough for tens of thousands of devices.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 512

@description('Most instances at once.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Reach storage and key vault over private endpoints only, from a virtual network of the app. Teams and the people who follow links still reach the app itself.')
param privateNetworking bool = false

@description('Address space of that network: /24 or larger.')
param networkAddressPrefix string = '10.20.0.0/24'

@description('How many copies of the baselines Azure keeps, and where. Zones (ZRS) are not offered in every region.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageRedundancy string = 'Standard_LRS'

// ── Who learns of a failure ──

@description('Mail addresses that alerts go to, with commas. Empty: alerts are only shown in the portal.')
param alertEmails string = ''

@description('Resource id of an action group that exists already and is alerted as well.')
param alertActionGroupId string = ''

@description('How long logs of the app are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

// ── Other clouds; each default is the one of the cloud that is deployed to ──

@description('Where Log Analytics is asked, and the audience of its tokens. Empty: by cloud.')
param logAnalyticsEndpoint string = ''

@description('The Azure portal that cards link to. Empty: by cloud.')
param azurePortal string = ''

@description('The Defender portal that cards link to. Empty: by cloud.')
param defenderPortal string = ''

@description('The cloud whose Bot Framework the bot uses: public or us-government. Empty: by cloud.')
@allowed([
  ''
  'public'
  'us-government'
])
param teamsCloud string = ''

@description('Built-in role that lets the app query a workspace and nothing else: Log Analytics Data Reader. A cloud that does not have it yet takes Log Analytics Reader, 73c42c96-874c-492b-b04d-ab87d138a893.')
param workspaceRoleId string = '3b03c2da-16b3-4a49-8834-0f8130efdd3b'

var clouds = loadJsonContent('clouds.json')
var cloud = clouds[environment().name]
var token = uniqueString(subscription().id, environmentName, location)
var tags = {
  'azd-env-name': environmentName
  app: 'firstsight'
}
var names = {
  app: 'func-firstsight-${token}'
  vault: 'kv-fs-${token}'
  network: 'vnet-firstsight-${token}'
  storage: 'stfirstsight${take(token, 12)}'
}
var workspaceList = map(split(workspaces, ','), entry => {
  alias: trim(split(entry, '=')[0])
  id: trim(split(entry, '=')[1])
})
var grantedWorkspaces = filter(workspaceList, entry => startsWith(entry.id, '/'))
var otherWorkspaces = filter(workspaceList, entry => !startsWith(entry.id, '/'))
var keepsSecrets = !empty(teamsWebhookUrl) || !empty(teamsAppPassword) || !empty(boardKey)
// Without the sign-in of the platform anybody could claim to be signed in.
var boardAccess = boardAuth == 'entra' && empty(entraClientId) ? 'off' : boardAuth
var vaultSecrets = 'https://${names.vault}${environment().suffixes.keyvaultDns}/secrets'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'firstsight-identity'
  scope: group
  params: {
    name: 'id-${names.app}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'firstsight-monitoring'
  scope: group
  params: {
    name: names.app
    location: location
    tags: tags
    retentionDays: logRetentionDays
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  name: 'firstsight-network'
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
  }
}

module storage 'modules/storage.bicep' = {
  name: 'firstsight-storage'
  scope: group
  params: {
    name: names.storage
    location: location
    tags: tags
    redundancy: storageRedundancy
    isPrivate: privateNetworking
    principalId: identity.outputs.principalId
  }
}

module secrets 'modules/secrets.bicep' = if (keepsSecrets) {
  name: 'firstsight-secrets'
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    isPrivate: privateNetworking
    principalId: identity.outputs.principalId
    webhookUrl: teamsWebhookUrl
    appPassword: teamsAppPassword
    boardKey: boardKey
  }
}

module storageEndpoints 'modules/private-endpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: if (privateNetworking) {
    name: 'firstsight-private-${service}'
    scope: group
    params: {
      name: 'pe-${names.storage}-${service}'
      location: location
      tags: tags
      networkName: names.network
      targetId: storage.outputs.id
      service: service
      zoneName: 'privatelink.${service}.${environment().suffixes.storage}'
    }
    dependsOn: [
      network
    ]
  }
]

module vaultEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking && keepsSecrets) {
  name: 'firstsight-private-vault'
  scope: group
  params: {
    name: 'pe-${names.vault}'
    location: location
    tags: tags
    networkName: names.network
    targetId: '${group.id}/providers/Microsoft.KeyVault/vaults/${names.vault}'
    service: 'vault'
    // A vault is x.vault.azure.net, its private zone privatelink.vaultcore.azure.net.
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
  dependsOn: [
    network
    secrets
  ]
}

// One deployment for each workspace named by its resource id, where the workspace is.
module workspaceAccess 'modules/workspace-access.bicep' = [
  for entry in grantedWorkspaces: {
    name: 'firstsight-${uniqueString(entry.id, environmentName)}'
    scope: resourceGroup(split(entry.id, '/')[2], split(entry.id, '/')[4])
    params: {
      name: split(entry.id, '/')[8]
      principalId: identity.outputs.principalId
      roleId: workspaceRoleId
    }
  }
]

module functionApp 'modules/function-app.bicep' = {
  name: 'firstsight-function-app'
  scope: group
  params: {
    name: names.app
    location: location
    tags: tags
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    packageContainerName: storage.outputs.packageContainerName
    insightsName: monitoring.outputs.insightsName
    subnetId: privateNetworking
      ? '${group.id}/providers/Microsoft.Network/virtualNetworks/${names.network}/subnets/app'
      : ''
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    workspaces: [for (entry, i) in grantedWorkspaces: '${entry.alias}=${workspaceAccess[i].outputs.workspaceId}']
    otherWorkspaces: map(otherWorkspaces, entry => '${entry.alias}=${entry.id}')
    settings: {
      WORKSPACE_RESOURCE_IDS: join(map(grantedWorkspaces, entry => '${entry.alias}=${entry.id}'), ',')
      HUNTS: hunts
      HUNT_TICK: huntTick
      HUNT_SCHEDULE: huntSchedule
      LATENESS: lateness
      RUN_TIMEOUT: runTimeout
      EVIDENCE_TIMEOUT: evidenceTimeout
      BLIND_AFTER: blindAfter
      QUERY_CONCURRENCY: queryConcurrency
      RETAIN_DAYS: retainDays
      CANARY: canary
      REMIND_AFTER: remindAfter
      ESCALATE_AFTER: escalateAfter
      TEAMS_AUTH: teamsAuth
      TEAMS_CLOUD: empty(teamsCloud) ? cloud.teams : teamsCloud
      TEAMS_APP_ID: teamsAuth == 'secret' ? botAppId : identity.outputs.clientId
      TEAMS_TENANT_ID: tenant().tenantId
      TEAMS_APP_PASSWORD: empty(teamsAppPassword)
        ? ''
        : '@Microsoft.KeyVault(SecretUri=${vaultSecrets}/teams-app-password)'
      TEAMS_WEBHOOK_URL: empty(teamsWebhookUrl)
        ? ''
        : '@Microsoft.KeyVault(SecretUri=${vaultSecrets}/teams-webhook-url)'
      OPERATORS: operators
      BOARD_AUTH: boardAccess
      BOARD_KEY: empty(boardKey) ? '' : '@Microsoft.KeyVault(SecretUri=${vaultSecrets}/board-key)'
      BOARD_ACTIONS: boardActions
      DIGEST_SCHEDULE: digestSchedule
      PUBLIC_URL: publicUrl
      LINK_LIFETIME: linkLifetime
      LOG_ANALYTICS_ENDPOINT: empty(logAnalyticsEndpoint) ? cloud.logAnalytics : logAnalyticsEndpoint
      AZURE_PORTAL: empty(azurePortal) ? cloud.azurePortal : azurePortal
      DEFENDER_PORTAL: empty(defenderPortal) ? cloud.defenderPortal : defenderPortal
    }
  }
  // Rights and ways must be there at the first start, or it fails for minutes.
  dependsOn: [
    network
    secrets
    storageEndpoints
    vaultEndpoint
  ]
}

module apiAuthentication 'modules/api-authentication.bicep' = if (!empty(entraClientId)) {
  name: 'firstsight-api-authentication'
  scope: group
  params: {
    functionAppName: functionApp.outputs.name
    clientId: entraClientId
    signsPeopleIn: boardAccess == 'entra'
    allowedApplications: empty(entraAllowedApplications) ? [] : split(entraAllowedApplications, ',')
  }
}

module bot 'modules/bot.bicep' = if (teamsAuth != 'off') {
  name: 'firstsight-bot'
  scope: group
  params: {
    name: 'bot-firstsight-${token}'
    tags: tags
    sku: botSku
    isManagedIdentity: teamsAuth == 'managed-identity'
    appId: teamsAuth == 'secret' ? botAppId : identity.outputs.clientId
    identityId: identity.outputs.id
    endpoint: 'https://${functionApp.outputs.hostName}/api/messages'
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'firstsight-alerts'
  scope: group
  params: {
    name: names.app
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    emails: empty(alertEmails) ? [] : split(alertEmails, ',')
    actionGroupId: alertActionGroupId
  }
}

@description('Resource group of everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Where Azure itself is managed in this cloud.')
output AZURE_RESOURCE_MANAGER string = environment().resourceManager

@description('The function app.')
output FUNCTION_APP_NAME string = functionApp.outputs.name

@description('Answers 200 when silence means that there is nothing new.')
output HEALTH_URL string = 'https://${functionApp.outputs.hostName}/api/health'

@description('Where Teams talks to the bot. Enter it by hand only for a bot that exists already.')
output BOT_ENDPOINT string = 'https://${functionApp.outputs.hostName}/api/messages'

@description('Client id of the bot: npm run teams:package asks for it.')
output BOT_APP_ID string = teamsAuth == 'secret' ? botAppId : identity.outputs.clientId

@description('Host name of the app: npm run teams:package asks for it.')
output BOT_DOMAIN string = functionApp.outputs.hostName

@description('Object id of the identity: grant it Log Analytics Data Reader on workspaces that this deployment may not touch.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('Where the logs of the app are: paste the queries of docs/operating.md there.')
output APPLICATION_INSIGHTS_NAME string = monitoring.outputs.insightsName

@description('The storage account that holds the baselines.')
output STORAGE_ACCOUNT_NAME string = storage.outputs.name
