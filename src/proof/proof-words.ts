/** The proof of a finding in sentences, for cards, pages and terminals alike. They hold instants, versions and run ids only. */
import type { Finding } from '../hunt/finding.ts';
import type { Namesake } from '../hunt/life.ts';
import type { NoticeContext } from '../hunt/notice.ts';
import { arrivalOf, type Proof } from '../hunt/proof.ts';
import type { Gap } from '../hunt/watch.ts';
import { day, instant, plural } from '../teams/card-parts.ts';
import { inert } from '../teams/inert.ts';

/** More gaps than these are counted. */
const LISTED_GAPS = 3;

export const gapWords = ({ from, until }: Gap): string => `${instant(from)} to ${instant(until)} UTC`;

/** `no gap`, or when nobody looked; the latest first. */
export function gapsWords({ gaps, olderGaps }: Pick<Proof, 'gaps' | 'olderGaps'>): string {
  if (gaps.length + olderGaps === 0) return 'no gap';
  const listed = gaps.slice(-LISTED_GAPS).reverse().map(gapWords);
  const rest = gaps.length + olderGaps - listed.length;
  return `nobody looked from ${listed.join(', ')}${rest > 0 ? `, and ${plural(rest, 'time')} before` : ''}`;
}

/** Since when the hunt has been looking, how often, and what it missed. */
export function proofWords(proof: Proof): string {
  const { since, sinceFounding, runs, blemished } = proof;
  const began = sinceFounding ? `Baseline of ${instant(since)} UTC` : `Recorded since ${instant(since)} UTC`;
  const others = blemished > 0 ? `, ${plural(blemished, 'other')} partial, blind or failed` : '';
  return `${began}; ${plural(runs, 'complete run')} before this one${others}; ${gapsWords(proof)}`;
}

/** What a changed question means for whoever reads "new"; undefined where it is the same. */
export function changedWords({ changed }: Proof): string | undefined {
  if (!changed) return undefined;
  const { fromVersion, toVersion } = changed;
  const versions =
    fromVersion !== undefined && toVersion !== undefined && fromVersion !== toVersion
      ? ` (version ${inert(fromVersion, 20)} to ${inert(toVersion, 20)})`
      : '';
  return `The query has changed since the run before${versions}: what looks new may have been there, unmatched.`;
}

/** A new id with a name that another device has, or had: the same machine set up anew, or a twin. */
export const namesakeWords = ({ id, lastSeen }: Namesake): string =>
  `${inert(id, 80)}, last seen ${day(lastSeen)}: set up anew, or a twin`;

const LOOKED_BACK = {
  'late-sweep': 'arrived after its time had been looked at',
  'catch-up': 'nobody had looked at its time before',
} as const;

/** The three clocks: of the event, of its arrival in the workspace, and of the run that first had it. */
export function clockWords(
  { firstSeen, novelty }: Pick<Finding, 'firstSeen' | 'novelty'>,
  { asOf, proof, partial, trigger }: Pick<NoticeContext, 'asOf' | 'proof' | 'partial' | 'trigger'>,
): string {
  const isCounted = proof !== undefined && !partial && !(trigger in LOOKED_BACK);
  const run = isCounted ? `complete run ${String(proof.runs + 1)}, ` : 'the run of ';
  const returned = `${novelty === 'newly-seen' ? 'first' : 'now'} returned by ${run}${instant(asOf)} UTC`;
  if (!firstSeen) return `No event time given; ${returned}`;
  const event = `Event ${instant(firstSeen)} UTC`;
  if (trigger === 'late-sweep' || trigger === 'catch-up') return `${event}; ${LOOKED_BACK[trigger]}; ${returned}`;
  const arrival = novelty === 'newly-seen' ? arrivalOf(firstSeen, { asOf, trigger }, proof) : undefined;
  if (arrival?.kind !== 'after') return `${event}; arrived by ${instant(asOf)} UTC; ${returned}`;
  return `${event}; arrived after ${instant(arrival.look.at)} UTC, when a run had looked at its time; ${returned}`;
}
