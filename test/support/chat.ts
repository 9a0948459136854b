import { answer } from '../../src/chat/answer.ts';
import type { Chat, Clicked, Said } from '../../src/teams/chat.ts';

/** Somebody who answers everything with the same card, and remembers what was asked. */
export function aChat(): Chat & { readonly said: Said[]; readonly clicked: Clicked[] } {
  const said: Said[] = [];
  const clicked: Clicked[] = [];
  return {
    said,
    clicked,
    say(one) {
      said.push(one);
      return Promise.resolve(answer('Heard.'));
    },
    click(one) {
      clicked.push(one);
      return Promise.resolve(answer('Done.'));
    },
    settle: () => Promise.resolve(),
  };
}
