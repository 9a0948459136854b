import type { Case } from '../../hunt/case.ts';
import type { Target } from '../../services.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { caseSummary } from '../../teams/card.ts';
import { personName } from '../../teams/case-lines.ts';
import { inert } from '../../teams/inert.ts';
import { markup, type Html } from '../html.ts';
import { exactTime } from './parts.ts';

/** What was told of a run, where, and what people said to it. */
export function caseBlock(about: Case, targets: readonly Target[]): Html {
  const { state, openedAt, notice } = about;
  const { acknowledged, expected, notes, escalatedAt } = state;
  return markup`<h3>${caseSummary(about)}</h3>
    <ul class="list">
      <li>Told ${exactTime(openedAt)} UTC: ${places(about, targets)}</li>
      ${escalatedAt ? markup`<li>Told again ${exactTime(escalatedAt)} UTC: nobody had opened it</li>` : ''}
      ${acknowledged ? markup`<li>✓ Acknowledged by ${personName(acknowledged)}, ${exactTime(acknowledged.at)} UTC</li>` : notice.kind === 'devices-found' ? markup`<li class="st-new">Nobody has acknowledged it</li>` : ''}
      ${expected.map((promise) => markup`<li>◷ Expected until ${day(promise.until)}: ${inert(promise.reason, 500)} (${personName(promise)}, ${exactTime(promise.at)} UTC)</li>`)}
      ${notes.map((note) => markup`<li>“${inert(note.text, 500)}” (${personName(note)}, ${exactTime(note.at)} UTC)</li>`)}
    </ul>`;
}

const KINDS = { personal: 'chat', channel: 'channel', group: 'group chat', webhook: 'webhook' } as const;

/** Conversations have no names of their own here; what kind they are is what the installation knows. */
function places({ posts }: Case, targets: readonly Target[]): string {
  if (posts.length === 0) return 'nowhere yet';
  const kinds = posts.map(({ targetId }) => targets.find(({ id }) => id === targetId)?.kind);
  return [...Map.groupBy(kinds, (kind) => kind)]
    .map(([kind, { length }]) =>
      kind === undefined ? `${plural(length, 'conversation')} that it has left` : plural(length, KINDS[kind]),
    )
    .join(', ');
}
