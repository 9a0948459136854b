/** What is asked about devices besides the hunt: bounded, and never in the way of a card. */
import { ServiceError } from './errors.ts';
import { collectRows } from './hunt/answer.ts';
import type { Agreement } from './hunt/corroboration.ts';
import { deviceKeyOf, type DeviceKey } from './hunt/device-key.ts';
import { EVIDENCE_KINDS, FILES, type EvidenceKind } from './hunt/evidence-kinds.ts';
import { byDevice, gapOf, type Part, type Parts } from './hunt/evidence-rows.ts';
import type { Gap } from './hunt/evidence.ts';
import { filesIn, readEvidence } from './hunt/read-evidence.ts';
import type { Hunt } from './hunt/hunt.ts';
import { notAsked, type Learned } from './hunt/learned.ts';
import { planRun, type Run } from './hunt/run.ts';
import type { Named } from './hunt/sighting.ts';
import { inTime } from './in-time.ts';
import { askedAbout, evidenceQuery, matchColumn, MOST_EXECUTIONS } from './kql/evidence-query.ts';
import { pinClock } from './kql/pin-clock.ts';
import { errorFields } from './log.ts';
import type { Services, Workspace } from './services.ts';
import type { TimeWindow } from './time.ts';

/** Devices a query, and queries of one kind a run. */
const DEVICES_A_QUERY = 200;
const BATCHES = 5;
/** More files than these no list in a query should hold. */
const MOST_FILES = 2_000;

type Gathering = Pick<Services, 'hunts' | 'log' | 'policy'>;

/** Learns about devices, the first of them first. What cannot be learned is marked, never thrown. */
export async function gatherEvidence(
  hunt: Hunt,
  run: Run,
  devices: readonly Named[],
  siblings: readonly Hunt[],
  workspace: Workspace,
  services: Gathering,
  signal: AbortSignal,
): Promise<ReadonlyMap<DeviceKey, Learned>> {
  const learned = new Map<DeviceKey, Learned>(devices.map(({ device, id }) => [device, notAsked(id)]));
  const nameable = devices.filter(({ id }) => id !== '');
  for (let at = 0; at < Math.min(nameable.length, DEVICES_A_QUERY * BATCHES); at += DEVICES_A_QUERY) {
    const batch = nameable.slice(at, at + DEVICES_A_QUERY);
    const asking: Asking = { run, devices: batch, workspace, ...services, signal };
    const [parts, agreements] = await Promise.all([askParts(hunt, asking), askSiblings(hunt, siblings, asking)]);
    const evidenceOf = readEvidence(parts, { scenarios: hunt.scenarios, matchColumn, asOf: run.asOf });
    const telemetry = byDevice('telemetry', parts.telemetry);
    const executions = executionsByDevice(parts.executions);
    const telemetryIsSure = parts.telemetry !== undefined && gapOf('telemetry', parts.telemetry) === undefined;
    for (const { device } of batch) {
      const agreement = agreements?.get(device);
      learned.set(device, {
        evidence: evidenceOf(device),
        telemetry: telemetry.has(device) ? true : telemetryIsSure ? false : undefined,
        ...(agreement && { agreement }),
        ...(executions && { executions: { ...executions, rows: executions.rows.get(device) ?? [] } }),
      });
    }
  }
  return learned;
}

/** As they were answered, with the columns that only scenarios read. */
function executionsByDevice(part: Part | undefined) {
  if (part?.state !== 'answered') return undefined;
  const { columns, rows } = part.answer;
  const place = columns.findIndex(({ name }) => name === 'DeviceId');
  return { columns, rows: Map.groupBy(rows, (row) => deviceKeyOf(String(row[place] ?? ''), '')) };
}

interface Asking extends Gathering {
  readonly run: Run;
  readonly devices: readonly Named[];
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** The files first: what they are, the other questions are about. */
async function askParts(hunt: Hunt, asking: Asking): Promise<Parts> {
  const files = await askPart(FILES, hunt, [], asking);
  const found = filesIn(files ? { files } : {});
  const rest = EVIDENCE_KINDS.filter((kind) => kind !== FILES);
  const parts = await Promise.all(
    rest.map(async (kind) => [kind, await askPart(kind, hunt, found.slice(0, MOST_FILES), asking)] as const),
  );
  const cut = files?.state === 'answered' && found.length > MOST_FILES;
  return {
    ...Object.fromEntries(parts.filter(([, part]) => part)),
    ...(files && { files: cut ? { ...files, answer: { ...files.answer, partial: TOO_MANY } } : files }),
  };
}

const TOO_MANY = { code: 'TooMany', message: 'There are more than a query can be about.' };

async function askPart(
  kind: EvidenceKind,
  hunt: Hunt,
  files: readonly string[],
  asking: Asking,
): Promise<Part | undefined> {
  const query = evidenceQuery(kind, hunt, { devices: asking.devices.map(({ id }) => id), files });
  if (!query) return undefined;
  const part = await ask(query.kql, asking.run.asked, hunt.slug, kind, asking);
  const isFull = kind === 'executions' && part.state === 'answered' && part.answer.rows.length >= MOST_EXECUTIONS;
  return isFull ? { ...part, answer: { ...part.answer, partial: TOO_MANY } } : part;
}

/** Which of the tool's other hunts have the devices in their answers; undefined where the tool has no other hunt. */
async function askSiblings(
  hunt: Hunt,
  siblings: readonly Hunt[],
  asking: Asking,
): Promise<ReadonlyMap<DeviceKey, Agreement> | undefined> {
  if (siblings.length === 0) return undefined;
  const { run, devices, policy } = asking;
  const ids = devices.map(({ id }) => id);
  const answers = await Promise.all(
    siblings.map(async (sibling) => {
      const { asked } = planRun(run, sibling, policy.lateness);
      const column = sibling.device.id;
      const part = await ask(askedAbout(sibling.query, column, ids), asked, sibling.slug, 'sibling', asking);
      if (part.state === 'failed') return { slug: sibling.slug, sees: new Set<DeviceKey>(), isSure: false };
      const sees = new Set(part.answer.rows.map(([id]) => deviceKeyOf(String(id ?? ''), '')));
      return { slug: sibling.slug, sees, isSure: !part.answer.partial };
    }),
  );
  const named = (of: readonly (typeof answers)[number][]): readonly string[] => of.map(({ slug }) => slug);
  const agreementOf = (device: DeviceKey): Agreement => {
    const silent = answers.filter(({ sees }) => !sees.has(device));
    return {
      agree: [hunt.slug, ...named(answers.filter(({ sees }) => sees.has(device)))],
      differ: named(silent.filter(({ isSure }) => isSure)),
      unknown: named(silent.filter(({ isSure }) => !isSure)),
    };
  };
  return new Map(devices.map(({ device }) => [device, agreementOf(device)]));
}

/** The one place where evidence is asked for. */
async function ask(
  kql: string,
  window: TimeWindow,
  hunt: string,
  part: Gap['part'] | 'sibling',
  { run, workspace, log, signal }: Asking,
): Promise<Part> {
  try {
    const answer = await inTime(workspace.query(pinClock(kql, run.asOf), window, signal, collectRows), signal);
    return { state: 'answered', answer };
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : signal.aborted ? 'workspace-timed-out' : 'internal-error';
    log.warn('evidence.failed', { run: run.id, hunt, workspace: run.scope.workspace, part, ...errorFields(error) });
    return { state: 'failed', code };
  }
}
