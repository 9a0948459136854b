import { STANDINGS, type Standing } from './standing.ts';

/** What of the board somebody wants to see; it stands in the address, so that it can be shared and bookmarked. */
export interface BoardFilter {
  /** Part of a hunt's name, tactic or technique. */
  readonly text: string;
  readonly standing?: Standing;
  readonly workspace?: string;
  readonly sort: Sorting;
}

export const SORTINGS = ['state', 'name', 'new', 'devices', 'last', 'next', 'took'] as const;
export type Sorting = (typeof SORTINGS)[number];

/** Addresses are typed, cut and forwarded: what is not understood is left out, and the page shows what it shows. */
export function readFilter(query: { get(name: string): string | null }, workspaces: ReadonlySet<string>): BoardFilter {
  const standing = STANDINGS.find((one) => one === query.get('state'));
  const workspace = query.get('workspace') ?? '';
  return {
    text: (query.get('q') ?? '').trim().slice(0, 100),
    ...(standing && { standing }),
    ...(workspaces.has(workspace) && { workspace }),
    sort: SORTINGS.find((one) => one === query.get('sort')) ?? 'state',
  };
}

/** The address of the board with this filter; what goes without saying is left out. */
export function filterQuery(filter: BoardFilter): string {
  const query = new URLSearchParams({
    ...(filter.text !== '' && { q: filter.text }),
    ...(filter.standing && { state: filter.standing }),
    ...(filter.workspace !== undefined && { workspace: filter.workspace }),
    ...(filter.sort !== 'state' && { sort: filter.sort }),
  }).toString();
  return query === '' ? '' : `?${query}`;
}
