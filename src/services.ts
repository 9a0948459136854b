/**
 * The ports that the story (run-hunt.ts, tell.ts, functions/) needs. Nothing here knows Azure or Teams.
 * Longer than other files on purpose: everything the program asks of the world, on one page.
 */
/* eslint max-lines: off */
import type { HuntFileProblem } from './errors.ts';
import type { ReadRows } from './hunt/answer.ts';
import type { Baseline } from './hunt/baseline.ts';
import type { CanaryState } from './hunt/canary.ts';
import type { DeviceKey } from './hunt/device-key.ts';
import type { Hunt, HuntId, HuntScope } from './hunt/hunt.ts';
import type { Coverage } from './hunt/coverage.ts';
import type { Case, CaseState, NoticeDigest, Post, RunPoint } from './hunt/case.ts';
import type { Expectation, Expectations } from './hunt/expectation.ts';
import type { Explanation } from './hunt/explanation.ts';
import type { ScopeHistory } from './hunt/history.ts';
import type { LifeEvent, Namesake } from './hunt/life.ts';
import type { Pack } from './hunt/kept-batch.ts';
import type { KeptHead, KeptPart, RunKeep } from './hunt/kept-run.ts';
import type { Notice, NoticeContext } from './hunt/notice.ts';
import type { Person } from './hunt/person.ts';
import type { SubscriptionRule } from './hunt/subscription.ts';
import type { HuntReport, RunOutcome, RunTotals } from './hunt/report.ts';
import type { Run, RunId, RunOrder } from './hunt/run.ts';
import type { Named } from './hunt/sighting.ts';
import type { TableFlow } from './hunt/sight.ts';
import type { Trouble } from './hunt/trouble.ts';
import type { Watch } from './hunt/watch.ts';
import type { Finding } from './hunt/finding.ts';
import type { Log } from './log.ts';
import type { Milliseconds, TimeWindow } from './time.ts';

/** A Log Analytics workspace. Throws {@link ServiceError}; a partial answer is marked. `read` is called for each attempt. */
export interface Workspace {
  query<T>(kql: string, window: TimeWindow, signal: AbortSignal, read: ReadRows<T>): Promise<T>;
}

/** Which devices earlier runs saw, and what is still to be told of them: one transaction holds both. */
export interface Ledger {
  /** Reads the baseline. Throws when it cannot be read; an unreadable baseline is never "nothing known". */
  open(scope: HuntScope): Promise<LedgerSession>;
  /** All devices of a scope, in order of their keys. */
  devices(scope: HuntScope): AsyncIterable<DeviceRecord>;
  /** The devices as they stand, to be read in part. */
  list(scope: HuntScope): Promise<DeviceListing>;
  /** One device in each of these scopes that knows it, without reading the others. */
  find(device: DeviceKey, scopes: readonly HuntScope[]): Promise<readonly KnownDevice[]>;
}

/** A device, and where it is known. */
export interface KnownDevice {
  readonly scope: HuntScope;
  readonly device: DeviceRecord;
}

export interface DeviceListing {
  /** The same as long as no run has changed a device or its last-seen day. */
  readonly revision: string;
  /** When the baseline was founded; absent while there is none. */
  readonly since?: Date;
  /** How many devices there are. */
  readonly size: number;
  /** In order of their keys, those after `after`; `pageSize` for whoever needs only the first few. */
  devices(from?: { readonly after?: DeviceKey; readonly pageSize?: number }): AsyncIterable<DeviceRecord>;
}

export interface LedgerSession {
  readonly baseline: Baseline;
  /** Whether anybody has ever promised anything about a device of this scope; mostly nobody has, and nothing is read. */
  readonly promised: boolean;
  /** Whether scenarios have ever explained a device of this scope, so that there is something to watch. */
  readonly explained: boolean;
  /** Known devices that have the names of these, which are not known; at most one each, the one that was seen last. */
  namesakes(devices: readonly Named[]): Promise<ReadonlyMap<DeviceKey, Namesake>>;
  /**
   * Remembers a report's devices, what it noticed of known ones and, in the same transaction each, that they are still to be told.
   * May be called again with the same report after any failure: what is recorded stays recorded once.
   */
  commit(report: HuntReport): Promise<CommitReceipt>;
}

export interface CommitReceipt {
  /** Devices that this call made known or marked as returned. */
  readonly recorded: number;
  /** Devices that a rival or an earlier attempt had already recorded. */
  readonly alreadyRecorded: number;
  readonly transactions: number;
}

/** A device as the ledger keeps it. Days are UTC. */
export interface DeviceRecord {
  readonly device: DeviceKey;
  readonly id: string;
  readonly name: string;
  /** First event, by the hunt's own FirstSeen where it has one, else the clock of the run that found it. */
  readonly firstSeen: Date;
  /** The last day an answer had it. */
  readonly lastSeen: Date;
  /** The run that found it (or found it again). */
  readonly run: RunId;
  readonly state: 'baseline' | 'newly-seen' | 'returning';
  /** What happened to it, oldest first: how it was found and the latest events. */
  readonly trail: readonly LifeEvent[];
  /** How many events between the first and the others are no longer kept. */
  readonly trailDropped: number;
}

/** What is still to be told. A notice leaves it only when every target has been told. */
export interface Outbox {
  /** Puts a notice that no outbox row of the ledger holds. The same id twice is one notice, told or not. */
  add(scope: HuntScope, notice: Notice, id: string): Promise<void>;
  /** Everything of this scope that is still to be told, oldest first. */
  open(scope: HuntScope): Promise<readonly OpenNotice[]>;
  /** Takes a notice for `lease` ms so that nobody else tells it; undefined when somebody has it or it is gone. */
  claim(notice: OpenNotice, lease: Milliseconds): Promise<ClaimedNotice | undefined>;
}

export interface OpenNotice {
  readonly id: string;
  readonly scope: HuntScope;
  readonly since: Date;
  readonly attempts: number;
}

export interface ClaimedNotice {
  readonly id: string;
  readonly notice: Notice;
  /** Targets that have it already, from an earlier attempt. */
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Stores that a target has it. Call it right after the send: a crash before it repeats the card. */
  told(targetId: string, receipt: Receipt): Promise<void>;
  /** Everybody has it: the notice and the outbox rows behind it go. */
  settle(): Promise<void>;
  /** Somebody does not have it yet: another attempt may claim it. */
  release(): Promise<void>;
}

export interface Receipt {
  /** Teams' id of the posted message. */
  readonly activityId: string;
  readonly at: Date;
}

/** A Teams conversation, or a webhook, that is told. */
export interface Target {
  /** The conversation's id, without a thread. */
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'group' | 'webhook';
  readonly tenantId?: string;
  /** What Teams needs to post there; plain JSON, opaque to everybody but the notifier. */
  readonly reference: Readonly<Record<string, unknown>>;
  /** Set while Teams refuses posts there for good. */
  readonly broken?: { readonly since: Date; readonly reason: string };
  /** Teams asked for a pause until then. */
  readonly pausedUntil?: Date;
  /** What it wants to be told; without a rule, everything. */
  readonly rules: readonly SubscriptionRule[];
}

export interface Conversations {
  list(): Promise<readonly Target[]>;
  /** Adds or refreshes a target; a broken one is whole again, and its rules stay. */
  put(target: Omit<Target, 'rules'>): Promise<void>;
  /** Replaces the rules of a target that exists; false when it is gone. */
  setRules(id: string, rules: readonly SubscriptionRule[]): Promise<boolean>;
  /** Nothing is sent there before `until`. */
  pause(id: string, until: Date): Promise<void>;
  /** Takes the next moment at which a message may be sent there, at least `gap` after the one before, by whatever process. */
  takeTurn(id: string, gap: Milliseconds, now: Date): Promise<Date>;
  remove(id: string): Promise<void>;
  markBroken(id: string, reason: string, at: Date): Promise<void>;
}

/** Tells one target. Throws {@link ServiceError} of service `teams`; `denied` and `not-found` break the target. */
export interface Notifier {
  send(about: Case, target: Target): Promise<Receipt>;
  /** Changes a message that was sent to what the case says now; nothing where messages cannot be changed. */
  update(about: Case, post: Post, target: Target): Promise<void>;
  /** Answers somebody in a conversation in a line of plain text. */
  say(text: string, target: Target): Promise<void>;
}

/** What was told, and what people said about it. */
export interface Cases {
  /** Opens the case of a notice before it is told, so that a click can find it; again changes nothing. */
  open(opening: Opening): Promise<Case>;
  /** By an id that may come from anywhere. */
  find(id: string): Promise<Case | undefined>;
  /** The cases of a run's notices. */
  ofRun(run: RunId): Promise<readonly Case[]>;
  posted(id: string, post: Post): Promise<void>;
  /**
   * Changes what people did with a case; `change` may be called again with a newer state and returns the same object for
   * "no change". The copies in Teams are then out of date. Undefined when there is no such case.
   */
  change(id: string, change: (state: CaseState) => CaseState): Promise<CaseChange | undefined>;
  /** Cases with copies that show an older state. */
  outOfDate(): Promise<readonly StaleCase[]>;
  /** All copies show what they should as of the reading of {@link outOfDate}. */
  refreshed(stale: StaleCase): Promise<void>;
  /** Urgent cases that were due by `at` and that nobody has seen. */
  overdue(at: Date): Promise<readonly Case[]>;
  /** Findings that nobody has acknowledged or called expected, newest first, at most `limit`, none opened before `since`. */
  unanswered(since: Date, limit: number): Promise<readonly UnansweredCase[]>;
}

/** What of an unanswered case a list shows. */
export interface UnansweredCase {
  readonly id: string;
  readonly scope: HuntScope;
  readonly openedAt: Date;
  /** All devices of the notice. */
  readonly total: number;
  /** The first of them, the worst first. */
  readonly devices: readonly Pick<DeviceRecord, 'device' | 'id' | 'name'>[];
}

export interface Opening {
  readonly id: string;
  readonly scope: HuntScope;
  readonly notice: NoticeDigest;
  readonly history: readonly RunPoint[];
  readonly openedAt: Date;
  readonly dueAt?: Date;
}

export interface CaseChange {
  readonly case: Case;
  /** False: somebody had done it before. */
  readonly changed: boolean;
}

export interface StaleCase {
  readonly id: string;
  /** The states that made copies out of date; opaque. */
  readonly revisions: readonly string[];
}

/** What people have promised about devices and hunts. */
export interface Promises {
  /** All promises of a scope, those that have run out included. */
  expected(scope: HuntScope): Promise<Expectations>;
  expect(scope: HuntScope, expectations: readonly Expectation[]): Promise<void>;
  /** The promise ends now: if the device is still seen, it is news. */
  withdraw(scope: HuntScope, devices: readonly DeviceKey[], at: Date): Promise<void>;
  /**
   * Ends the promises that have run out for these devices and puts the notice of them into the outbox, in one
   * transaction, so that each is told once whoever dies. What has been renewed or told meanwhile is left out.
   * Answers how many are to be told.
   */
  lapse(findings: readonly Finding[], context: NoticeContext, scope: HuntScope): Promise<number>;
  forget(scope: HuntScope, devices: readonly DeviceKey[]): Promise<void>;
  mutes(): Promise<readonly Mute[]>;
  mute(mute: Mute): Promise<void>;
  unmute(hunt: HuntId): Promise<void>;
}

/** What explained devices to us, so that a benign story never uses up what is new about a device. */
export interface Explanations {
  /** Everything remembered of a scope, explanations that have ended included. */
  all(scope: HuntScope): Promise<readonly Explanation[]>;
  /** Remembers, in the place of what was remembered of the same devices before. */
  remember(scope: HuntScope, explanations: readonly Explanation[]): Promise<void>;
  /** Ends the explanations of these devices and puts the notice of them into the outbox, as {@link Promises.lapse} does. */
  reopen(findings: readonly Finding[], context: NoticeContext, scope: HuntScope): Promise<number>;
}

/** What the tables of a workspace have received lately. Never throws: what cannot be asked is left out. */
export interface Freshness {
  of(workspace: string, tables: readonly string[], asOf: Date, signal: AbortSignal): Promise<readonly TableFlow[]>;
}

/** Where canaries are: one state for each workspace. See docs/decisions/0074. */
export interface Canaries {
  all(): Promise<readonly KnownCanary[]>;
  find(scope: HuntScope): Promise<CanaryState | undefined>;
  /** `change` may be called again with a newer state; what it was given means "no change". */
  change(scope: HuntScope, change: (state: CanaryState | undefined) => CanaryState): Promise<CanaryState>;
}

export interface KnownCanary {
  readonly scope: HuntScope;
  readonly state: CanaryState;
}

/** Nothing is told about a hunt until then; what it finds waits. */
export interface Mute {
  readonly hunt: HuntId;
  readonly until: Date;
  readonly by: Person;
  readonly at: Date;
}

/** What makes links of ours trustworthy. */
export interface LinkSecrets {
  /** The key that signs links, the same for every process. */
  key(): Promise<Uint8Array>;
  /** True the first time; a token is kept as used at least until then. */
  useOnce(token: string, until: Date): Promise<boolean>;
}

/** How often somebody has called. */
export interface CallRates {
  /** Counts a call of this minute; or does not, and tells how long until the next one may come. */
  count(caller: string, most: number, now: Date): Promise<Milliseconds | undefined>;
}

/** Runs, their lease, and what is known of each scope. */
export interface RunJournal {
  /** Notes that a run was ordered, so that its status can be asked for. False when it was noted before. */
  order(order: RunOrder): Promise<boolean>;
  /** Notes that an ordered run was sent to the queue once more. */
  offerAgain(id: RunId, at: Date): Promise<void>;
  /** Takes the scope's lease for `lease` ms, or throws {@link RunInProgressError}. A run may take its own lease again. */
  begin(run: Run, lease: Milliseconds, at: Date): Promise<RunTicket>;
  /** Ends the run and gives the lease back. */
  finish(ticket: RunTicket, end: RunEnd): Promise<void>;
  /** Marks an ordered run as answered by another run that was in progress. */
  join(id: RunId, holder: RunId): Promise<void>;
  /** Ends an ordered run that can never begin. */
  refuse(id: RunId, failure: RunFailure, at: Date): Promise<void>;
  find(id: RunId): Promise<RunRecord | undefined>;
  /** The latest runs of a scope, newest first; those older than `before`, where it is given. */
  recent(scope: HuntScope, limit: number, before?: RunId): Promise<readonly RunRecord[]>;
  scopes(): Promise<readonly ScopeState[]>;
  /** One scope, without reading the others; undefined when no run has touched it. */
  state(scope: HuntScope): Promise<ScopeState | undefined>;
  /** Everything was told after {@link scopes} read this state. Does nothing when a run has touched the scope since. */
  markSettled(state: ScopeState): Promise<void>;
  /** Something new may have to be told about a scope; the next tick looks. */
  markUnsettled(scope: HuntScope, at: Date): Promise<void>;
  /** The timer found a trouble that no run could tell. Does nothing when a run has touched the scope since `state` was read. */
  markTrouble(scope: HuntScope, state: ScopeState | undefined, trouble: Trouble): Promise<void>;
  tick(at: Date): Promise<void>;
  lastTick(): Promise<Date | undefined>;
}

export interface RunTicket {
  readonly run: Run;
  /** The scope as it was before this run. */
  readonly before: ScopeState;
  /** The record of this very run when it has already ended: a repeated message. */
  readonly ended?: RunRecord;
  /** An earlier attempt at this run had begun. */
  readonly again?: boolean;
}

export interface RunEnd {
  readonly at: Date;
  readonly status: 'completed' | 'failed';
  readonly report?: ReportSummary;
  readonly failure?: RunFailure;
  /** What is wrong with the scope after this run; absent: nothing. */
  readonly trouble?: Trouble;
  readonly settled: boolean;
  /** What the run asked; absent where it asked nothing, and so watched nothing. */
  readonly hunt?: Pick<Hunt, 'query' | 'version'>;
  /** What a completed run leaves to look back at: stored before it counts as completed, or with it. */
  readonly keep?: RunKeep;
}

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  /** True while the queue will try again. */
  readonly willRetry: boolean;
  /** The cause may pass by itself: the timer offers the slot again later, until it is answered or the next one is due. */
  readonly mayPass?: boolean;
}

/** What is kept of a report with its run: counts and at most {@link SUMMARY_FINDINGS} findings. */
export interface ReportSummary {
  readonly outcome: RunOutcome;
  /** A hash of what the workspace was asked: whether the hunt has been changed since can be told without keeping it. */
  readonly askedHash?: string;
  readonly totals: RunTotals;
  readonly partial?: { readonly code: string; readonly message: string };
  /** Why the hunt could see nothing new. */
  readonly blind?: { readonly code: string; readonly message: string };
  readonly findings: readonly Finding[];
  /** Devices that were left out of the cards, and why; counted and listed like findings. */
  readonly excluded?: readonly Finding[];
}
export const SUMMARY_FINDINGS = 50;

export interface RunRecord {
  readonly id: RunId;
  readonly scope: HuntScope;
  readonly trigger: RunOrder['trigger'];
  readonly asOf: Date;
  readonly slot?: Date;
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'joined' | 'abandoned';
  readonly orderedAt: Date;
  /** When it was last sent to the queue, if more than once. */
  readonly offeredAt?: Date;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly report?: ReportSummary;
  readonly failure?: RunFailure;
  /** For `joined`: the run that answered instead. */
  readonly joinedTo?: RunId;
}

/** What is known of one hunt in one workspace without opening its ledger. */
export interface ScopeState {
  readonly scope: HuntScope;
  readonly lease?: { readonly run: RunId; readonly until: Date };
  /** The latest slot that a run has answered for: it completed, or failed for good. */
  readonly lastSlot?: Date;
  readonly lastRun?: {
    readonly id: RunId;
    readonly at: Date;
    readonly status: 'completed' | 'failed';
    readonly outcome?: RunOutcome;
    readonly totals?: RunTotals;
  };
  /** The clock (`asOf`) of the latest complete run of those that say who is there: no look at the past, no backfill. */
  readonly lastComplete?: Date;
  /** What complete runs have looked at without a hole. */
  readonly coverage?: Coverage;
  /** When rows that arrived late were last looked for. */
  readonly lastSweep?: Date;
  readonly trouble?: Trouble;
  /** Since when something may still have to be told. */
  readonly unsettledSince?: Date;
  /** What it has watched; absent until a run of this version has ended. */
  readonly watch?: Watch;
  /** Its latest runs in brief; absent until a run of this version has ended. */
  readonly history?: ScopeHistory;
}

/** What completed runs saw and decided, for as long as runs are kept. */
export interface KeptRuns {
  readonly pack: Pack;
  /** Runs whose ids' times are at `from` or later and before `to`, oldest first. */
  of(scope: HuntScope, from: Date, to: Date): AsyncIterable<KeptRun>;
  find(id: RunId): Promise<KeptRun | undefined>;
}

export interface KeptRun extends KeptHead {
  /** Read as they are asked for. Throws {@link ServiceError} when what was kept cannot be read. */
  parts(): AsyncIterable<KeptPart>;
}

/** How long is kept what only serves to look back. */
export interface Retention {
  lastSweep(): Promise<Date | undefined>;
  swept(at: Date): Promise<void>;
  /** Takes away the scope's runs, what was kept of them, told notices and cases from before; a bounded number of each. Answers how many rows. */
  sweep(scope: HuntScope, before: Date): Promise<number>;
  /** Takes away the marks of used links that nobody can use any more. */
  sweepLinks(before: Date): Promise<number>;
  /** Takes cases from before off the list of those that wait for an answer. */
  sweepUnanswered(before: Date): Promise<number>;
}

export interface RunQueue {
  send(order: RunOrder): Promise<void>;
}

/** The hunts of the folder. A file that does not load never stops the others: it is in `problems`. */
export interface HuntLibrary {
  all(): readonly Hunt[];
  /** By slug or id, whatever the case. */
  find(name: string): Hunt | undefined;
  problems(): readonly HuntFileProblem[];
  warnings(): readonly HuntFileProblem[];
}

/** The numbers and names that settings decide. */
export interface RunPolicy {
  /** NCRONTAB of hunts that name none. */
  readonly schedule: string;
  /** How much older than the hunt's window rows may be when they arrive. */
  readonly lateness: Milliseconds;
  /** A run's deadline; shorter than the function time-out. */
  readonly runTimeout: Milliseconds;
  /** How long the questions about new devices may take altogether; the card does not wait longer. */
  readonly evidenceTimeout: Milliseconds;
  /** A table that has received nothing for so long, and for longer than it usually pauses, is silent. */
  readonly blindAfter: Milliseconds;
  /** A trouble that lasts is told again after this. */
  readonly remindAfter: Milliseconds;
  /** An urgent case that nobody has seen is told once more after this; 0: never. */
  readonly escalateAfter: Milliseconds;
  /** Runs, told notices and cases are kept for this; 0: for ever. Known devices always are. */
  readonly retain: Milliseconds;
  /** When conversations that asked for it get the digest of the week; NCRONTAB. */
  readonly digest: string;
  /** When a canary is sent through everything; NCRONTAB. Absent: never. */
  readonly canary?: string;
  /** How often the timer ticks; health measures silence by it. */
  readonly tick: string;
}

export interface Services {
  readonly hunts: HuntLibrary;
  readonly workspaces: ReadonlyMap<string, Workspace>;
  readonly ledger: Ledger;
  readonly runs: RunJournal;
  readonly kept: KeptRuns;
  readonly outbox: Outbox;
  readonly conversations: Conversations;
  readonly notifier: Notifier;
  readonly cases: Cases;
  readonly promises: Promises;
  readonly explanations: Explanations;
  readonly freshness: Freshness;
  readonly canaries: Canaries;
  readonly links: LinkSecrets;
  readonly retention: Retention;
  readonly rates: CallRates;
  readonly queue: RunQueue;
  readonly log: Log;
  readonly policy: RunPolicy;
  readonly now: () => Date;
}
