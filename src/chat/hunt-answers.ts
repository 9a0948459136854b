/** `help`, `hunts`, `status`, `run` and `devices`. */
import { readHealth } from '../functions/health-input.ts';
import { lastDelivery } from '../functions/queue-heartbeat.ts';
import { healthReasons } from '../functions/health-report.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { nextSlot } from '../hunt/schedule.ts';
import { chatOrder, orderRun } from '../order-run.ts';
import type { DeviceRecord, Mute, ScopeState, Services } from '../services.ts';
import { instant, plural } from '../teams/card-parts.ts';
import { deviceTable } from '../teams/device-table.ts';
import { card, heading, run } from '../teams/elements.ts';
import type { AdaptiveCard } from '../teams/card-types.ts';
import { day } from '../teams/card-parts.ts';
import { answer, refusal, type AnswerLine } from './answer.ts';
import { namedHunt, namedWorkspaces } from './names.ts';
import { COMMANDS } from './parse-command.ts';

export const help = (): AdaptiveCard =>
  answer(
    'Firstsight tells which devices its hunts have not seen before',
    Object.values(COMMANDS).map(([usage, meaning]) => [usage, meaning] as const),
  );

export async function hunts(services: Services): Promise<AdaptiveCard> {
  const [states, mutes] = await Promise.all([services.runs.scopes(), services.promises.mutes()]);
  const lines = services.hunts.all().map((hunt): AnswerLine => [hunt.slug, huntLine(hunt, states, mutes, services)]);
  const problems = services.hunts
    .problems()
    .map(({ file, line, message }): AnswerLine => ['does not load', `${file}:${String(line)} ${message}`]);
  const count = services.hunts.all().length;
  return answer(plural(count, 'hunt'), [...lines, ...problems], problems.length > 0 ? 'warning' : 'default');
}

function huntLine(hunt: Hunt, states: readonly ScopeState[], mutes: readonly Mute[], services: Services): string {
  const schedule = hunt.schedule ?? services.policy.schedule;
  const next = nextSlot(schedule, services.now());
  const mute = mutes.find((one) => one.hunt === hunt.id && one.until > services.now());
  const own = states.filter(({ scope }) => scope.hunt === hunt.id && services.workspaces.has(scope.workspace));
  return [
    own.length === 0 ? 'has never run' : own.map((state) => stateWords(state, own.length > 1)).join('; '),
    ...(mute ? [`muted until ${day(mute.until)} by ${mute.by.name}`] : []),
    ...(next ? [`next ${instant(next)} UTC`] : []),
  ].join(' · ');
}

function stateWords({ scope, trouble, lastRun, lease }: ScopeState, named: boolean): string {
  const where = named ? `${scope.workspace}: ` : '';
  if (trouble) return `${where}failing since ${instant(trouble.since)} UTC (${trouble.code})`;
  if (!lastRun) return `${where}${lease ? 'running for the first time' : 'has never run'}`;
  const devices = lastRun.totals ? `, ${plural(lastRun.totals.devices, 'device')}` : '';
  return `${where}healthy, last run ${instant(lastRun.at)} UTC${devices}`;
}

export async function status(services: Services): Promise<AdaptiveCard> {
  const input = await readHealth(services);
  const { hunts, workspaces, targets, lastTick } = input;
  const reasons = healthReasons(input);
  const delivered = lastDelivery(input.states);
  const facts: AnswerLine[] = [
    ['Hunts', `${String(hunts.length)} in ${plural(workspaces.length, 'workspace')}`],
    ['Told', plural(targets.length, 'conversation')],
    ['Last tick', lastTick ? `${instant(lastTick)} UTC` : 'never'],
    ['Last run ended', delivered ? `${instant(delivered)} UTC` : 'never'],
  ];
  if (reasons.length === 0) return answer('✓ All is well: silence means nothing new', facts, 'good');
  const title = `▲ Silence does not mean "nothing new": ${plural(reasons.length, 'reason')}`;
  return answer(title, [...reasons.map(({ code, message }): AnswerLine => [code, message]), ...facts], 'warning');
}

export async function runNow(
  { hunt: name, workspace }: { readonly hunt: string; readonly workspace?: string },
  conversation: string,
  services: Services,
): Promise<AdaptiveCard> {
  const hunt = namedHunt(name, services);
  if ('words' in hunt) return refusal(hunt.words);
  const where = namedWorkspaces(workspace, services);
  if ('words' in where) return refusal(where.words);
  for (const one of where.found) {
    const order = chatOrder({ hunt: hunt.found.id, workspace: one }, services.now(), conversation);
    await orderRun({ hunt: hunt.found, order, own: true }, services);
  }
  return answer(`Ordered: ${hunt.found.slug} in ${where.found.join(', ')}`, ['The outcome is told here.']);
}

/** As many as a card holds well. */
const LISTED = 20;

export async function devices(
  { hunt: name, workspace }: { readonly hunt: string; readonly workspace?: string },
  services: Services,
): Promise<AdaptiveCard> {
  const hunt = namedHunt(name, services);
  if ('words' in hunt) return refusal(hunt.words);
  const where = namedWorkspaces(workspace, services);
  if ('words' in where) return refusal(where.words);
  const found: DeviceRecord[] = [];
  for (const one of where.found)
    for await (const device of services.ledger.devices({ hunt: hunt.found.id, workspace: one })) found.push(device);
  found.sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime() || (a.name < b.name ? -1 : 1));
  const title = `${plural(found.length, 'device')} known to ${hunt.found.slug}`;
  const rows = found.map((device) => ({ ...device, reports: [], reportCount: 0 }));
  const lastSeen = ({ lastSeen: at }: DeviceRecord) => run(day(at), { size: 'Small' });
  return card(title, [
    heading('emphasis', [run(title, { weight: 'Bolder', size: 'Medium' })], []),
    ...deviceTable(rows, rows.length, LISTED, lastSeen, 'Last seen'),
  ]);
}
