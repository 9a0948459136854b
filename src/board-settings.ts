import { nearest } from './nearest.ts';
import { quoted, text, type Environment } from './setting-readers.ts';

/** How people prove who they are to the board. `anonymous` is for a developer's own machine. */
export type BoardAccess =
  | { readonly kind: 'off' }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'entra'; readonly tenantId?: string };

export interface BoardSettings {
  readonly access: BoardAccess;
  /** Whether whoever may look may also act; with Entra, `OPERATORS` decides who. */
  readonly actions: boolean;
}

const KINDS = ['off', 'key', 'entra', 'anonymous'];
/** 24 random bytes in base64. Shorter keys can be guessed. */
const SHORTEST_KEY = 32;

/** `BOARD_AUTH`, `BOARD_KEY` and `BOARD_ACTIONS`. A key alone switches the board on; nothing else does by itself. */
export function readBoard(env: Environment, problems: string[]): BoardSettings {
  const key = text(env, 'BOARD_KEY');
  const kind = text(env, 'BOARD_AUTH') ?? (key === undefined ? 'off' : 'key');
  const access = readAccess(kind, key, env, problems);
  return { access, actions: readActions(env, access, problems) };
}

function readAccess(kind: string, key: string | undefined, env: Environment, problems: string[]): BoardAccess {
  switch (kind) {
    case 'off':
      return { kind };
    case 'anonymous':
      if (env['WEBSITE_INSTANCE_ID'] !== undefined)
        problems.push('BOARD_AUTH "anonymous" is refused in Azure: anybody could read the board.');
      return { kind };
    case 'key':
      if (key === undefined) problems.push('BOARD_KEY is missing; BOARD_AUTH "key" needs it.');
      else if (key.length < SHORTEST_KEY)
        problems.push(
          `BOARD_KEY must have ${String(SHORTEST_KEY)} characters at least, for example from "openssl rand -base64 24".`,
        );
      return { kind, key: key ?? '' };
    case 'entra': {
      // The platform says so where it does; its headers may be forged by anybody while its sign-in is off.
      if (text(env, 'WEBSITE_AUTH_ENABLED')?.toLowerCase() === 'false')
        problems.push('BOARD_AUTH is "entra", but the sign-in of the app (App Service authentication) is off.');
      const tenantId = text(env, 'TEAMS_TENANT_ID');
      return { kind, ...(tenantId !== undefined && { tenantId: tenantId.toLowerCase() }) };
    }
    default: {
      const hint = nearest(kind, KINDS);
      const meant = hint === undefined ? '' : ` (did you mean "${hint}"?)`;
      problems.push(`BOARD_AUTH ${quoted(kind)} is unknown; it is one of ${KINDS.join(', ')}${meant}.`);
      return { kind: 'off' };
    }
  }
}

/** Whoever signs in has a name that stands behind what is done; a key has none, so acting with it must be asked for. */
function readActions(env: Environment, access: BoardAccess, problems: string[]): boolean {
  const value = text(env, 'BOARD_ACTIONS') ?? (access.kind === 'entra' ? 'on' : 'off');
  if (value !== 'on' && value !== 'off') problems.push(`BOARD_ACTIONS ${quoted(value)} is either "on" or "off".`);
  return value === 'on';
}
