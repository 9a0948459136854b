import type { BoardSettings } from '../board-settings.ts';
import { BY_BOARD_KEY, type Person } from '../hunt/person.ts';
import { isOperator, type Operators } from '../operators.ts';
import { principalOf } from './principal.ts';
import { cookieIn, isSession, SESSION_COOKIE } from './session.ts';

/** Somebody who may look at the board. */
export interface Viewer {
  /** What forms are tied to: one viewer's form is no use to another. */
  readonly id: string;
  /** Who it is, where the platform has checked it. */
  readonly person?: Person;
  /** Why this viewer may only look; absent: may act. */
  readonly readOnly?: string;
}

export type Visit =
  | { readonly kind: 'viewer'; readonly viewer: Viewer }
  /** Who comes must give the key, or sign in, first. */
  | { readonly kind: 'key-needed' | 'sign-in-needed' }
  | { readonly kind: 'off' };

export interface Credentials {
  readonly cookie: string | null;
  /** The header `x-ms-client-principal`. */
  readonly principal: string | null;
}

export function visitOf(
  { cookie, principal }: Credentials,
  { access, actions }: BoardSettings,
  operators: Operators,
  now: Date,
): Visit {
  switch (access.kind) {
    case 'off':
      return { kind: 'off' };
    case 'anonymous':
      return { kind: 'viewer', viewer: { id: 'anonymous', ...keyRights(actions, operators) } };
    case 'key': {
      const token = cookieIn(cookie, SESSION_COOKIE);
      if (token === undefined || !isSession(token, access.key, now)) return { kind: 'key-needed' };
      return { kind: 'viewer', viewer: { id: token, ...keyRights(actions, operators) } };
    }
    case 'entra': {
      const person = principalOf(principal, access.tenantId);
      if (!person) return { kind: 'sign-in-needed' };
      const readOnly = !actions
        ? 'Acting from the board is switched off (BOARD_ACTIONS).'
        : isOperator(person.id, operators)
          ? undefined
          : 'You are not among those who may act here (OPERATORS).';
      return { kind: 'viewer', viewer: { id: person.id, person, ...(readOnly !== undefined && { readOnly }) } };
    }
  }
}

/** A key says that somebody has it, not who: it cannot stand for one of the operators. */
function keyRights(actions: boolean, operators: Operators): Pick<Viewer, 'readOnly'> {
  if (!actions) return { readOnly: 'With a key the board is for looking; BOARD_ACTIONS=on lets its holders act.' };
  return operators ? { readOnly: 'Only named people may act here (OPERATORS), and a key has no name.' } : {};
}

/** Under whose name something is done: the one that was checked, or else the one that was typed. */
export const actorOf = ({ person }: Viewer, typed: string): Person =>
  person ?? { id: BY_BOARD_KEY, name: typed.trim().slice(0, 60) };
