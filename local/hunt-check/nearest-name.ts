import { nearest } from '../../src/nearest.ts';

/** What somebody meant by a name: the same in other capitals, one that ends or starts with it, or one nearly like it. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const folded = name.toLowerCase();
  const like = (test: (candidate: string) => boolean): string | undefined =>
    candidates.filter((candidate) => test(candidate.toLowerCase())).sort((a, b) => a.length - b.length)[0];
  return (
    like((candidate) => candidate === folded) ??
    nearest(name, candidates) ??
    (folded.length < 4 ? undefined : like((candidate) => candidate.endsWith(folded) || candidate.startsWith(folded)))
  );
}
