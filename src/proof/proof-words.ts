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
export const namesakeWords = (namesake: Namesake): string => `${namesakeShort(namesake)}: set up anew, or a twin`;

export const namesakeShort = ({ id, lastSeen }: Namesake): string => `${inert(id, 80)}, last seen ${day(lastSeen)}`;

const LOOKED_BACK = {
  'late-sweep': 'arrived after its time had been looked at',
  'catch-up': 'nobody had looked at its time before',
} as const;

type Told = Pick<NoticeContext, 'asOf' | 'proof' | 'partial' | 'trigger'>;

/** The three clocks: of the event, of its arrival in the workspace, and of the run that first had it. */
export function clockWords({ firstSeen, novelty }: Pick<Finding, 'firstSeen' | 'novelty'>, context: Told): string {
  const returned = `${novelty === 'newly-seen' ? 'first' : 'now'} ${returnedBy(context)}`;
  if (!firstSeen) return `No event time given; ${returned}`;
  const { asOf, trigger } = context;
  const event = `Event ${instant(firstSeen)} UTC`;
  if (trigger === 'late-sweep' || trigger === 'catch-up') return `${event}; ${LOOKED_BACK[trigger]}; ${returned}`;
  const after = arrivedAfter({ firstSeen, novelty }, context);
  if (!after) return `${event}; arrived by ${instant(asOf)} UTC; ${returned}`;
  return `${event}; arrived after ${instant(after)} UTC, when a run had looked at its time; ${returned}`;
}

/** The clocks of several devices of one run, of which `listed` are known; the list has the time of each one's event. */
export function sharedClockWords(
  listed: readonly Pick<Finding, 'firstSeen' | 'novelty'>[],
  total: number,
  context: Told,
): string {
  const { asOf, trigger } = context;
  const end = `all ${returnedBy(context)}`;
  if (trigger === 'late-sweep' || trigger === 'catch-up') return `Events as listed; ${LOOKED_BACK[trigger]}; ${end}`;
  const late = listed.flatMap((finding) => arrivedAfter(finding, context) ?? []);
  const [look] = late;
  if (!look) return `Events as listed; arrived by ${instant(asOf)} UTC; ${end}`;
  const which =
    late.length === total ? 'all' : `${listed.length < total ? 'at least ' : ''}${String(late.length)} of them`;
  return `Events as listed; ${which} arrived after ${instant(look)} UTC, when a run had looked at that time; ${end}`;
}

/** A run that looks at the present is counted; others have only their clock. */
function returnedBy({ asOf, proof, partial, trigger }: Told): string {
  const isCounted = proof !== undefined && !partial && !(trigger in LOOKED_BACK);
  return `returned by ${isCounted ? `complete run ${String(proof.runs + 1)}, ` : 'the run of '}${instant(asOf)} UTC`;
}

/** The run that had looked at the time of the event before its rows were there. */
function arrivedAfter(
  { firstSeen, novelty }: Pick<Finding, 'firstSeen' | 'novelty'>,
  { asOf, trigger, proof }: Told,
): Date | undefined {
  const arrival = novelty === 'newly-seen' ? arrivalOf(firstSeen, { asOf, trigger }, proof) : undefined;
  return arrival?.kind === 'after' ? arrival.look.at : undefined;
}
