import type { Hunt } from '../hunt/hunt.ts';
import { nearest } from '../nearest.ts';
import type { Services } from '../services.ts';

/** What was meant, or the words for whoever has to try again. */
export type Named<T> = { readonly found: T } | { readonly words: string };

/** A hunt by its slug, id or full name, or by a part of its slug that only one has. */
export function namedHunt(name: string, { hunts }: Pick<Services, 'hunts'>): Named<Hunt> {
  const wanted = name.toLowerCase();
  const all = hunts.all();
  const exact = hunts.find(name) ?? all.find((hunt) => hunt.name.toLowerCase() === wanted);
  if (exact) return { found: exact };
  const alike = all.filter(({ slug }) => slug.includes(wanted));
  const [only, another] = alike;
  if (only && !another) return { found: only };
  if (another)
    return {
      words: `Several hunts are called so: ${alike
        .slice(0, 10)
        .map(({ slug }) => slug)
        .join(', ')}.`,
    };
  const slugs = all.map(({ slug }) => slug);
  return { words: `There is no hunt "${name.slice(0, 80)}".${meant(name, slugs)} "hunts" lists them.` };
}

/** The named workspace, or all when none is named. */
export function namedWorkspaces(
  name: string | undefined,
  { workspaces }: Pick<Services, 'workspaces'>,
): Named<readonly string[]> {
  const all = [...workspaces.keys()];
  if (name === undefined) return { found: all };
  if (workspaces.has(name.toLowerCase())) return { found: [name.toLowerCase()] };
  return { words: `There is no workspace "${name.slice(0, 40)}".${meant(name, all)} There are: ${all.join(', ')}.` };
}

export function meant(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}
