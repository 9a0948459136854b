// Baselines, runs and cases (tables), what is to run (queues), the package and the locks of the host (blobs).
// Nobody has a key: shared keys are off, so everybody, the host too, comes with an identity and a role.

@description('Name of the account.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How many copies, and where.')
param redundancy string

@description('Refuse everything that does not come through a private endpoint.')
param isPrivate bool

@description('Object id of the identity of the app.')
param principalId string

var packageContainer = 'app-package'
// The names are those of the program; it would create what is missing.
var queueNames = [
  'hunt-runs'
  'hunt-runs-poison'
]
var tableNames = [
  'FirstsightLedger'
  'FirstsightRuns'
  'FirstsightCases'
  'FirstsightConversations'
]
// The account holds nothing but the program's own, and the host creates containers, queues and a table of its own in
// it, so the account is the narrowest scope of the three.
var roles = [
  // Storage Blob Data Owner. Why: the host takes leases for the timer, and keeps its keys and the package there.
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // Storage Queue Data Contributor. Why: runs are put on the queue, taken from it, and moved to the poison queue.
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  // Storage Table Data Contributor. Why: ledger, runs, cases and conversations are read and written.
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: packageContainer
  properties: {
    publicAccess: 'None'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for queueName in queueNames: {
    parent: queueService
    name: queueName
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for tableName in tableNames: {
    parent: tableService
    name: tableName
  }
]

resource mayUseStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in roles: {
    name: guid(account.id, principalId, roleId)
    scope: account
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output name string = account.name
output packageContainerName string = packages.name
