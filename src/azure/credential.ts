import type { TokenCredential } from '@azure/identity';
import { managedIdentity, type IdentityEndpoint } from './managed-identity.ts';

/** The identity of the app in Azure; the developer's own sign-in anywhere else, loaded when the first token is needed. */
export function azureCredential(endpoint: IdentityEndpoint | undefined): TokenCredential {
  if (endpoint) return managedIdentity(endpoint);
  let own: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      own ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
      return (await own).getToken(scopes, options);
    },
  };
}
