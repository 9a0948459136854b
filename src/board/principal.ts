import type { Person } from '../hunt/person.ts';

/** Long names of claims, as the platform's older tokens have them. */
const OBJECT_ID = ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'];
const TENANT_ID = ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid'];
const NAME = ['name', 'preferred_username', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name'];

/**
 * Who signed in, by the header `x-ms-client-principal`. The platform sets it, and takes away what callers send, only while
 * its own sign-in is on: whoever calls this must know that it is. Undefined when nobody of the tenant did.
 */
export function principalOf(header: string | null, tenantId: string | undefined): Person | undefined {
  const claims = claimsOf(header);
  const one = (names: readonly string[]): string | undefined =>
    names.flatMap((name) => claims.filter(({ typ }) => typ === name)).at(0)?.val;
  const id = one(OBJECT_ID)?.toLowerCase();
  if (id === undefined || !/^[0-9a-f-]{36}$/.test(id)) return undefined;
  if (tenantId !== undefined && one(TENANT_ID)?.toLowerCase() !== tenantId) return undefined;
  return { id, name: (one(NAME) ?? '').slice(0, 100) };
}

interface Claim {
  readonly typ: string;
  readonly val: string;
}

function claimsOf(header: string | null): readonly Claim[] {
  if (header === null || header.length > 100_000) return [];
  try {
    const principal: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    if (typeof principal !== 'object' || principal === null || !('claims' in principal)) return [];
    if (!('auth_typ' in principal) || principal.auth_typ !== 'aad' || !Array.isArray(principal.claims)) return [];
    return principal.claims.filter(isClaim);
  } catch {
    // Not what the platform writes: nobody signed in.
    return [];
  }
}

const isClaim = (value: unknown): value is Claim =>
  typeof value === 'object' &&
  value !== null &&
  'typ' in value &&
  'val' in value &&
  typeof value.typ === 'string' &&
  typeof value.val === 'string';
