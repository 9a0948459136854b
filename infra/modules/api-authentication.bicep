// Callers come from Entra. What proves its callers itself stays open: see the paths below.

@description('Name of the function app.')
param functionAppName string

@description('Client id of the app registration that stands for the API.')
param clientId string

@description('Client ids of the applications that may call; empty: every one that gets a token.')
param allowedApplications string[]

@description('People sign in to the board, so a page asks them to; otherwise whoever has no token is answered 401.')
param signsPeopleIn bool

var openPaths = [
  // Teams comes with a token of the Bot Framework, which the program checks.
  '/api/messages'
  // Monitors have no identity; it says healthy or not, and nothing else.
  '/api/health'
  // People follow a signed link from a card.
  '/api/cases/*'
]
// The board asks for its own key. Where people sign in it must stay closed: on an open path anybody could send the
// header by which the platform says who somebody is.
var boardPaths = [
  '/api/board'
  '/api/board/*'
]

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
      unauthenticatedClientAction: signsPeopleIn ? 'RedirectToLoginPage' : 'Return401'
      redirectToProvider: signsPeopleIn ? 'azureActiveDirectory' : null
      excludedPaths: signsPeopleIn ? openPaths : concat(openPaths, boardPaths)
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
            // Whoever signs in comes by way of the app registration itself.
            allowedApplications: empty(allowedApplications) ? [] : union(allowedApplications, [clientId])
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
