import type { NoticeContext } from '../hunt/notice.ts';
import { changedWords, proofWords } from '../proof/proof-words.ts';
import type { Element } from './card-types.ts';
import { facts, line, run } from './elements.ts';

/** What the hunt had watched when it called something new. */
export function proofElements({ proof }: NoticeContext): Element[] {
  if (!proof) return [];
  const changed = changedWords(proof);
  return [
    ...(changed === undefined ? [] : [line([run(changed, { color: 'Warning', weight: 'Bolder' }, 300)])]),
    ...facts([['Proof', run(proofWords(proof), {}, 400)]]),
  ];
}
