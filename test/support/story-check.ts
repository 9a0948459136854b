/**
 * Checks the sentences of a story against what is stored of runs: their records, the rows that were kept of them, and cases.
 * It reads each sentence as a person would, and shares no code with what wrote it. Longer than most files: one table of what
 * each sentence claims.
 */
import type { DeviceEntry } from '../../src/board/device-view.ts';
import type { Case } from '../../src/hunt/case.ts';
import { watchedBy, type Seen, type StoredRun, type StoredRuns, type Watched } from './stored-runs.ts';

/** The sentences of a story that what is stored does not say; none, as a rule. `posted`: case → messages that were sent. */
export function storyChecker(rows: StoredRuns, posted: ReadonlyMap<string, number>) {
  const known = new Map<number, Watched>();
  const watchedBefore = (order: number): Watched => {
    const watched = known.get(order) ?? watchedBy(rows.runs.slice(0, order));
    known.set(order, watched);
    return watched;
  };
  const runs = new Map(rows.runs.map((run) => [run.record.id as string, run]));
  return (entry: DeviceEntry): readonly string[] => {
    const about: About = { entry, rows, posted, watchedBefore, own: rows.seen.get(entry.device.id) ?? [] };
    return entry.sentences.flatMap(({ text, ground }) => {
      const told = ground.kind === 'case' ? entry.cases.find(({ id }) => id === ground.id) : undefined;
      const run = runs.get(ground.kind === 'run' ? ground.run : (told?.notice.context.run ?? ''));
      const rests = ground.kind === 'run' ? run : ground.kind === 'case' ? told && run : true;
      for (const [pattern, isTrue] of SENTENCES) {
        const words = pattern.exec(text);
        if (words) return rests && isTrue(words.slice(1), about, run, told) ? [] : [`${entry.device.id}: ${text}`];
      }
      return [`${entry.device.id}: nothing says how to check this: ${text}`];
    });
  };
}

interface About {
  readonly entry: DeviceEntry;
  readonly rows: StoredRuns;
  readonly posted: ReadonlyMap<string, number>;
  readonly watchedBefore: (order: number) => Watched;
  readonly own: readonly Seen[];
}

type Check = (words: readonly (string | undefined)[], about: About, run?: StoredRun, told?: Case) => unknown;

const DAY = 86_400_000;
const FORGET_AFTER_DAYS = 30;
const INSTANT = String.raw`(\d+ \w{3} \d{4} \d\d:\d\d) UTC`;
const DATE = String.raw`(\d+ \w{3} \d{4})`;
/** A sentence, with what stands for its instants and dates. */
const sentence = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replaceAll('<instant>', INSTANT)
      .replaceAll('<day>', DATE)
      .replaceAll('<n>', String.raw`([\d,]+)`)}$`,
  );

const dayOf = (at: number): number => Math.floor(at / DAY);
const time = (text = ''): number => Date.parse(`${text} UTC`);
const date = (text = ''): number => dayOf(time(text));
const number = (text = '0'): number => Number(text.replace(',', ''));
const isMinute = (at: number, text: string | undefined): boolean => Math.floor(at / 60_000) * 60_000 === time(text);

const before = (own: readonly Seen[], run: StoredRun): readonly Seen[] =>
  own.filter((one) => one.run.order < run.order);
const inAnswer = (own: readonly Seen[], run: StoredRun | undefined): readonly Seen[] =>
  own.filter((one) => one.run === run);
const lastDay = (seen: readonly Seen[]): number => Math.max(...seen.map(({ run }) => dayOf(run.clock)));
const firstEvent = (seen: readonly Seen[]): number => Math.min(...seen.map(({ first }) => first));
/** Several rows of a device in one answer: the name used last. */
const nameIn = (seen: readonly Seen[]): string | undefined => seen.toSorted((a, b) => b.last - a.last)[0]?.name;
const isLook = ({ kind, counts }: StoredRun): boolean => kind === 'complete' && counts;
const latestLook = ({ runs }: StoredRuns): StoredRun | undefined => runs.findLast(isLook);
const founding = ({ runs }: StoredRuns): StoredRun | undefined =>
  runs.find(({ record }) => record.report?.outcome === 'baseline-founded');

/** The run that has it first, or first again after it was missed and had been away for longer than the hunt remembers. */
function arrivalOf({ runs }: StoredRuns, own: readonly Seen[]): StoredRun | undefined {
  let [arrived, last] = [own[0]?.run, -Infinity];
  for (const { run } of own) {
    const missed = runs.slice(0, run.order).findLast(isLook);
    const isBack = run !== own[0]?.run && missed && dayOf(missed.clock) > last;
    if (isBack && dayOf(run.clock) - last > FORGET_AFTER_DAYS) arrived = run;
    last = Math.max(last, dayOf(run.clock));
  }
  return arrived;
}

/** Known devices that were called so before a run, with the last day before it on which an answer had them. */
function namesakes({ called, seen }: StoredRuns, name: string, run: StoredRun): ReadonlyMap<string, number> {
  const ids = [...(called.get(name.toLowerCase()) ?? [])];
  return new Map(
    ids.flatMap((id) => {
      const known = before(seen.get(id) ?? [], run);
      const now = nameIn(inAnswer(known, known.at(-1)?.run));
      return now?.toLowerCase() === name.toLowerCase() ? [[id, lastDay(known)] as const] : [];
    }),
  );
}

const SENTENCES: readonly (readonly [pattern: RegExp, isTrue: Check])[] = [
  [
    sentence(
      String.raw`(New: told as new by the run of|Returned with the run of|Still there since) <instant> \(latest complete answer: <instant>\)\.`,
    ),
    ([how = '', since, complete], { rows, own }) => {
      const latest = latestLook(rows);
      const arrived = arrivalOf(rows, own);
      if (!latest || !arrived || !isMinute(arrived.clock, since) || !isMinute(latest.clock, complete)) return false;
      const isFirst = arrived === own[0]?.run;
      const isRecent = dayOf(latest.clock) <= dayOf(arrived.clock) && arrived !== founding(rows);
      const fits = how.startsWith('Still') ? !isRecent : isRecent && isFirst === how.startsWith('New');
      return fits && lastDay(own) >= dayOf(latest.clock);
    },
  ],
  [
    sentence(
      String.raw`Gone since <day>: it was there for <n> days?, last on <day> \(latest complete answer: <instant>\)\.`,
    ),
    ([since, days, last, complete], { rows, own }) => {
      const latest = latestLook(rows);
      const arrived = arrivalOf(rows, own);
      const first = dayOf(!arrived || arrived === own[0]?.run ? firstEvent(own) : arrived.clock);
      return (
        latest &&
        isMinute(latest.clock, complete) &&
        date(last) === lastDay(own) &&
        date(last) < dayOf(latest.clock) &&
        date(since) === date(last) + 1 &&
        number(days) === Math.max(1, date(last) - first + 1)
      );
    },
  ],
  [
    sentence(
      String.raw`The hunt in corp has a baseline of <instant>: <n> complete runs?(?:, <n> partial)?(?:, <n> blind)?(?:, <n> failed)?; (no gap|nobody looked .*?)\.(?: The query is the same since <instant>\.)?`,
    ),
    ([founded, complete, partial, blind, failed, gaps, same], { rows, watchedBefore }) => {
      const all = watchedBefore(rows.runs.length);
      const looks = rows.runs.filter(isLook);
      const change = looks.findLastIndex(({ query }) => query !== looks.at(-1)?.query);
      return (
        isMinute(founding(rows)?.clock ?? 0, founded) &&
        number(complete) === all.complete &&
        number(partial) === all.partial &&
        number(blind) === all.blind &&
        number(failed) === all.failed &&
        gaps === all.gaps &&
        (change < 0 ? same === undefined : isMinute(looks[change + 1]?.clock ?? 0, same))
      );
    },
  ],
  [
    sentence(String.raw`<instant>: in the baseline, called (.+)\.`),
    ([when, name], { rows, own }, run) =>
      run && run === founding(rows) && isMinute(run.clock, when) && nameIn(inAnswer(own, run)) === name,
  ],
  [
    sentence(String.raw`<instant>: found, as new, called (.+?)(?:; same name as (.+), last seen <day>)?\.`),
    ([when, name = '', like, last], { rows, own }, run) => {
      if (!run || !isMinute(run.clock, when)) return false;
      const same = namesakes(rows, name, run);
      const latest = Math.max(...same.values());
      const isLike = like === undefined ? same.size === 0 : same.get(like) === date(last) && date(last) === latest;
      return before(own, run).length === 0 && nameIn(inAnswer(own, run)) === name && isLike;
    },
  ],
  [
    sentence(String.raw`<instant>: back; last in an answer on <day>\.`),
    ([when, last], { own }, run) =>
      run &&
      isMinute(run.clock, when) &&
      inAnswer(own, run).length > 0 &&
      lastDay(before(own, run)) === date(last) &&
      dayOf(run.clock) - date(last) > FORGET_AFTER_DAYS,
  ],
  [
    sentence(String.raw`<instant>: away from <day>, there again on <day>\.`),
    ([when, from, until], { own, rows }, run) =>
      run &&
      isMinute(run.clock, when) &&
      inAnswer(own, run).length > 0 &&
      lastDay(before(own, run)) === date(from) - 1 &&
      dayOf(run.clock) === date(until) &&
      // Somebody looked meanwhile, and it was not there.
      rows.runs.some((one) => one.kind === 'complete' && dayOf(one.clock) >= date(from) && one.clock < run.clock),
  ],
  [
    sentence(String.raw`<instant>: called (.+) now, (.+) before\.`),
    ([when, to, from], { own }, run) =>
      run &&
      isMinute(run.clock, when) &&
      nameIn(inAnswer(own, run)) === to &&
      before(own, run).some(({ name }) => name === from),
  ],
  [
    sentence(String.raw`<instant>: first event moved back to <instant>, from <instant>\.`),
    ([when, to, from], { own }, run) =>
      run &&
      isMinute(run.clock, when) &&
      isMinute(firstEvent(inAnswer(own, run)), to) &&
      isMinute(firstEvent(before(own, run)), from),
  ],
  [
    sentence(String.raw`<n> events? between are left out\.`),
    ([left], { entry: { device, sentences } }) => {
      const told = sentences.filter(({ ground }) => ground.kind === 'run').length;
      return number(left) === device.trail.length + device.trailDropped - told;
    },
  ],
  [
    sentence(String.raw`First event <instant>; last in an answer on <day>\.`),
    ([first, last], { own }) => isMinute(firstEvent(own), first) && lastDay(own) === date(last),
  ],
  [
    sentence(String.raw`Told <instant> in <n> conversations?; nobody has acknowledged it\.`),
    ([when, places], { posted }, _run, told) =>
      told &&
      isMinute(Number(told.openedAt), when) &&
      number(places) === posted.get(told.id) &&
      told.state.acknowledged === undefined,
  ],
  [
    sentence(
      String.raw`Then known: Baseline of <instant>; <n> complete runs? before this one(?:, <n> others? partial, blind or failed)?; (.+)\.`,
    ),
    ([founded, complete, others, gaps], { rows, watchedBefore }, run) => {
      const then = watchedBefore(run?.order ?? 0);
      return (
        isMinute(founding(rows)?.clock ?? 0, founded) &&
        number(complete) === then.complete &&
        number(others) === then.partial + then.blind + then.failed &&
        gaps === then.gaps
      );
    },
  ],
  [
    sentence('The query has changed since the run before: what looks new may have been there, unmatched\\.'),
    (_words, { rows }, run) => run && rows.runs.slice(0, run.order).findLast(isLook)?.query !== run.query,
  ],
  [
    sentence(
      String.raw`Event <instant>; (?:arrived by <instant>|arrived after <instant>, when a run had looked at its time|nobody had looked at its time before|arrived after its time had been looked at); (first|now) returned by (?:complete run <n>, |the run of )<instant>\.`,
    ),
    ([event, by, after, which, nth, when], { own, rows, watchedBefore }, run) => {
      if (!run) return false;
      const first = firstEvent(inAnswer(own, run));
      const isPast = ['catch-up', 'late-sweep'].includes(run.record.trigger);
      const looked = rows.runs.slice(0, run.order).findLast(isLook);
      const hadLooked =
        looked?.window &&
        isMinute(looked.clock, after) &&
        looked.query === run.query &&
        looked.window.start <= first &&
        first < looked.window.end &&
        inAnswer(own, looked).length === 0;
      return (
        isMinute(first, event) &&
        isMinute(run.clock, when) &&
        (which === 'first') === (before(own, run).length === 0) &&
        (nth === undefined || number(nth) === watchedBefore(run.order).complete + 1) &&
        (by === undefined ? isPast || hadLooked : isMinute(run.clock, by))
      );
    },
  ],
];
