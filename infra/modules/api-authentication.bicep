// Callers of the API come from Entra. What proves its callers itself stays open: see excludedPaths.

@description('Name of the function app.')
param functionAppName string

@description('Client id of the app registration that stands for the API.')
param clientId string

@description('Client ids of the applications that may call; empty: every one that gets a token.')
param allowedApplications string[]

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: functionAppName
}

resource authentication 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: [
        // Teams comes with a token of the Bot Framework, which the program checks.
        '/api/messages'
        // Monitors have no identity; it names no device.
        '/api/health'
        // People follow a signed link from a card.
        '/api/cases/*'
        // It asks people to sign in by itself.
        '/api/board'
        '/api/board/*'
      ]
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            clientId
            'api://${clientId}'
          ]
          defaultAuthorizationPolicy: {
            allowedApplications: allowedApplications
          }
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}
