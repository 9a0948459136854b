import { huntOf } from './hunt-of.ts';
import {
  acknowledge,
  addNote,
  expectDevices,
  seen,
  unexpect,
  type Case,
  type CaseExpectation,
  type CaseState,
  type Mark,
} from './hunt/case.ts';
import type { DeviceKey } from './hunt/device-key.ts';
import type { Person } from './hunt/person.ts';
import { chatOrder, orderRun } from './order-run.ts';
import type { Services } from './services.ts';
import { DAY } from './time.ts';

/** What somebody asks for about a case. Texts come from people; nothing in here is trusted but their length is cut. */
export type CaseRequest =
  | { readonly verb: 'acknowledge' | 'unexpect' | 'seen' }
  | { readonly verb: 'note'; readonly text: string }
  | {
      readonly verb: 'expect';
      /** A device key, `all` for those the card lists, or empty where there is only one. */
      readonly device: string;
      /** How many the card lists. */
      readonly shown: number;
      /** `2026-11-30`: no card before that day, UTC. */
      readonly until: string;
      readonly reason: string;
    }
  | { readonly verb: 'run'; readonly replyTo?: string };

/** `refused`: nothing has changed; the words say why, to the person who asked. */
export type CaseAnswer =
  | { readonly result: 'done'; readonly about: Case; readonly words: string }
  | { readonly result: 'refused'; readonly about: Case; readonly words: string }
  | { readonly result: 'unknown-case' };

const LONGEST_PROMISE = 365 * DAY;
const LONGEST_TEXT = 500;

/** Does what somebody asks about a case. Asking twice is like asking once; of two who ask at once, one was first. */
export async function actOnCase(id: string, request: CaseRequest, by: Person, services: Services): Promise<CaseAnswer> {
  const about = await services.cases.find(id);
  if (!about) return { result: 'unknown-case' };
  const mark: Mark = { by, at: services.now() };
  switch (request.verb) {
    case 'acknowledge':
      return acknowledgeCase(about, mark, services);
    case 'seen':
      return change(about, (state) => seen(state, mark), 'Seen.', services);
    case 'note':
      return note(about, request.text, mark, services);
    case 'expect':
      return expectHere(about, request, mark, services);
    case 'unexpect':
      return withdraw(about, mark, services);
    case 'run':
      return run(about, request.replyTo, mark, services);
  }
}

async function change(
  about: Case,
  how: (state: CaseState) => CaseState,
  words: string,
  { cases, log }: Services,
): Promise<CaseAnswer & { readonly changed?: boolean }> {
  const result = await cases.change(about.id, how);
  if (!result) return { result: 'unknown-case' };
  if (result.changed) log.info('case.changed', { notice: about.id, hunt: about.scope.hunt, what: words });
  return { result: 'done', about: result.case, words, changed: result.changed };
}

async function acknowledgeCase(about: Case, mark: Mark, services: Services): Promise<CaseAnswer> {
  const answer = await change(about, (state) => acknowledge(state, mark), 'Acknowledged.', services);
  if (answer.result !== 'done' || answer.changed === true) return answer;
  const first = answer.about.state.acknowledged?.by;
  const words =
    first?.id === mark.by.id ? 'You have acknowledged it already.' : `${first?.name ?? 'Somebody'} was first.`;
  return { ...answer, words };
}

function note(about: Case, text: string, mark: Mark, services: Services): Promise<CaseAnswer> | CaseAnswer {
  const words = text.trim().slice(0, LONGEST_TEXT);
  if (words === '') return refused(about, 'A note needs a few words.');
  return change(about, (state) => addNote(state, { ...mark, text: words }), 'Noted.', services);
}

const refused = (about: Case, words: string): CaseAnswer => ({ result: 'refused', about, words });

async function expectHere(
  about: Case,
  request: Extract<CaseRequest, { readonly verb: 'expect' }>,
  mark: Mark,
  services: Services,
): Promise<CaseAnswer> {
  const reason = request.reason.trim().slice(0, LONGEST_TEXT);
  if (reason === '') return refused(about, 'Say why it is expected: whoever looks in three months wants to know.');
  const until = dayOfText(request.until);
  if (!until) return refused(about, 'The day must look like 2026-11-30.');
  if (until <= mark.at) return refused(about, 'That day is not in the future.');
  if (until.getTime() - mark.at.getTime() > LONGEST_PROMISE)
    return refused(about, 'A promise lasts a year at most; renew it then.');
  const findings = chosen(about, request);
  if (findings.length === 0) return refused(about, 'Say which device is expected.');
  // First what keeps the cards away, then what the card shows: dying in between, a second click mends it.
  await services.promises.expect(
    about.scope,
    findings.map(({ device, id, name }) => ({ device, id, name, until, reason, ...mark })),
  );
  services.log.info('promise.made', {
    hunt: about.scope.hunt,
    workspace: about.scope.workspace,
    devices: findings.length,
    until: until.toISOString(),
    by: mark.by.id,
  });
  const promises = findings.map(({ device }): CaseExpectation => ({ ...mark, device, until, reason }));
  return change(about, (state) => expectDevices(state, promises), 'Expected here.', services);
}

interface Chosen {
  readonly device: DeviceKey;
  readonly id: string;
  readonly name: string;
}

function chosen(
  { notice }: Case,
  { device, shown }: Extract<CaseRequest, { readonly verb: 'expect' }>,
): readonly Chosen[] {
  if (notice.kind !== 'devices-found') return [];
  const { findings } = notice;
  if (device === '' && findings.length === 1) return findings;
  if (device === 'all') return findings.slice(0, Math.max(0, shown));
  return findings.filter((finding) => finding.device === device);
}

/** Midnight UTC at which the day begins; undefined for anything that is no day. */
function dayOfText(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = new Date(`${text}T00:00:00Z`);
  // Date takes 30 February for 2 March.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? at : undefined;
}

async function withdraw(about: Case, mark: Mark, services: Services): Promise<CaseAnswer> {
  const devices = about.state.expected.map(({ device }) => device);
  if (devices.length > 0) await services.promises.withdraw(about.scope, devices, mark.at);
  return change(
    about,
    (state) => unexpect(state, mark),
    'Not expected any more: if it is still seen, it is news.',
    services,
  );
}

async function run(about: Case, replyTo: string | undefined, mark: Mark, services: Services): Promise<CaseAnswer> {
  const hunt = huntOf(about.scope, services);
  if (!hunt) return refused(about, 'The hunt is not loaded any more.');
  if (!services.workspaces.has(about.scope.workspace))
    return refused(about, 'The workspace is not in the settings any more.');
  await orderRun({ hunt, order: chatOrder(about.scope, mark.at, replyTo), own: true }, services);
  return change(about, (state) => seen(state, mark), 'A run has been ordered; its outcome is told here.', services);
}
