// The app on Flex Consumption, and every setting it reads. test/infra compares the settings with the code.

@description('Name of the app.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the identity of the app.')
param identityName string

@description('Name of the storage account.')
param storageName string

@description('Name of the container that packages are deployed from.')
param packageContainerName string

@description('Name of the Application Insights component.')
param insightsName string

@description('Resource id of the subnet to go out through; empty: none.')
param subnetId string

@description('Version of Node.js.')
param nodeVersion string

@description('Memory of an instance.')
param instanceMemoryMB int

@description('Most instances at once.')
param maximumInstanceCount int

@description('alias=<workspace id> of each workspace that the app has been let into.')
param workspaces string[]

@description('The same of those whose owners let it in.')
param otherWorkspaces string[]

@description('The settings of the program that are the same in every part of Azure.')
param settings object

// A connection by addresses works in every cloud; one by account name only where the suffix is the public cloud's.
var storageAddress = {
  blob: 'https://${storageName}.blob.${environment().suffixes.storage}'
  queue: 'https://${storageName}.queue.${environment().suffixes.storage}'
  table: 'https://${storageName}.table.${environment().suffixes.storage}'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
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

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds the app of the service "hunter" in azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'hunter' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Teams must reach the bot, and people the pages of cases.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storageAddress.blob}/${packageContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
    }
  }
}

// Deployments come with a token of Entra; user names and passwords are off.
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['scm', 'ftp']: {
    parent: site
    name: way
    properties: {
      allow: false
    }
  }
]

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'appsettings'
  properties: union(settings, {
    WORKSPACES: join(concat(workspaces, otherWorkspaces), ',')
    // The host and the program reach storage as the identity; a plain AzureWebJobsStorage would be a key.
    AzureWebJobsStorage__blobServiceUri: storageAddress.blob
    AzureWebJobsStorage__queueServiceUri: storageAddress.queue
    AzureWebJobsStorage__tableServiceUri: storageAddress.table
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    // Which of its identities the program signs in as.
    AZURE_CLIENT_ID: identity.properties.clientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  })
}

output name string = site.name
output hostName string = site.properties.defaultHostName
