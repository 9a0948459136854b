import type { TokenCredential } from '@azure/identity';
import { onFirstUse } from '../on-first-use.ts';
import { managedIdentity, type IdentityEndpoint } from './managed-identity.ts';

/** The identity of the app in Azure; the developer's own sign-in anywhere else. */
export function azureCredential(endpoint: IdentityEndpoint | undefined): TokenCredential {
  if (endpoint) return managedIdentity(endpoint);
  const own = onFirstUse(async () => new (await import('@azure/identity')).DefaultAzureCredential());
  return { getToken: async (scopes, options) => (await own()).getToken(scopes, options) };
}
