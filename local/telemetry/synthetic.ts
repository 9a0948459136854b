import { hash } from 'node:crypto';
import type { Row } from '../kql/compile.ts';
import { certificateCheck, connection, deviceInfo, processStart, sha1Of, type Device, type Event } from './events.ts';
import { seeded, type Random } from './random.ts';
import { SIGNERS, type Signer } from './signers.ts';
import { ORDINARY, tell } from './stories.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DEVICES = 400;
const CHECKS = 24_000;
/** The hunt looks back five days; two more show what lies outside. */
const HISTORY = 7 * DAY;

export interface TelemetryOptions {
  /** The instant all times are relative to: the program's start. */
  readonly epoch: Date;
  /** Milliseconds after the epoch at which a fourth device with LiteManager comes into sight. */
  readonly newcomerAfter: number;
}

/** What a workspace holds. A row is there from the moment it was ingested. */
export interface Telemetry {
  rowsOf(table: string, now: Date): readonly Row[];
  readonly devices: readonly Device[];
  readonly newcomer: Device;
}

/** Certificate checks of 400 made-up devices over seven days; LiteManager on three of them, and soon on a fourth. */
export function syntheticTelemetry({ epoch, newcomerAfter }: TelemetryOptions): Telemetry {
  const random = seeded(20_261_123);
  const devices = Array.from({ length: DEVICES }, (_, i) => deviceOf(i));
  const newcomer = newcomerOf(epoch);
  const at = (before: number): number => epoch.getTime() - before;
  const events: Event[] = [];
  const signers = SIGNERS.flatMap((signer) => Array.from({ length: signer.weight }, () => signer)) as [
    Signer,
    ...Signer[],
  ];
  for (let i = 0; i < CHECKS; i += 1) {
    const device = devices[random.below(DEVICES)] ?? newcomer;
    events.push(certificateCheck(device, random.pick(signers), at(random.below(HISTORY - HOUR) + HOUR), random));
  }
  for (const [index, hours] of [
    [37, [92, 68, 21]],
    [142, [75]],
    [288, [51, 30, 28, 3]],
  ] as const) {
    for (const before of hours)
      events.push(...tell('the service starts, and its helper', devices[index] ?? newcomer, at(before * HOUR), random));
  }
  // Outside the five days: it was removed here.
  events.push(...tell('the service starts, and its helper', devices[311] ?? newcomer, at(6 * DAY), random));
  for (const part of tell('the backup, and one encoded command', newcomer, epoch.getTime() + newcomerAfter, random))
    events.push({ ...part, ingestedAt: epoch.getTime() + newcomerAfter });
  events.push(...streams(devices, signers, epoch, seeded(20_261_124)));
  events.push(
    ...[...devices, newcomer].map((device) =>
      deviceInfo(device, device === newcomer ? epoch.getTime() + newcomerAfter : at(2 * HOUR), random),
    ),
  );
  events.sort((a, b) => a.ingestedAt - b.ingestedAt);
  return {
    devices,
    newcomer,
    rowsOf: (table, now) =>
      events.filter((event) => event.table === table && event.ingestedAt <= now.getTime()).map(({ row }) => row),
  };
}

const deviceOf = (index: number): Device => {
  const kind = index % 9 === 0 ? 'srv' : index % 4 === 0 ? 'lap' : 'wks';
  return {
    id: hash('sha1', `contoso device ${String(index)}`, 'hex'),
    name: `${kind}-${String(index).padStart(4, '0')}.contoso.com`,
  };
};

/** Another one at every start, so that a second start has news too. */
function newcomerOf(epoch: Date): Device {
  const number = 1000 + (Math.floor(epoch.getTime() / 1000) % 9000);
  return {
    id: hash('sha1', `contoso newcomer ${epoch.toISOString()}`, 'hex'),
    name: `lap-${String(number)}.contoso.com`,
  };
}

/** How long a program that was started goes on receiving rows. */
const STREAM = 3 * DAY;

/** Tables never stand still while devices are on: a check every half minute, a process and a connection every five. */
function* streams(
  devices: readonly Device[],
  signers: readonly [Signer, ...Signer[]],
  epoch: Date,
  random: Random,
): Generator<Event> {
  const fleet = devices as [Device, ...Device[]];
  const from = epoch.getTime();
  for (let at = from - HOUR; at < from + STREAM; at += MINUTE / 2)
    yield certificateCheck(random.pick(fleet), random.pick(signers), at, random);
  for (let at = from - HISTORY; at < from + STREAM; at += 5 * MINUTE) {
    const path = 'C:\\Program Files\\Contoso\\agent.exe';
    yield processStart(random.pick(fleet), at, random, { ...ORDINARY, path });
    const to = { address: `198.51.100.${String(1 + random.below(250))}`, port: 443 };
    yield connection(random.pick(fleet), at, random, to, { path, sha1: sha1Of(path) });
  }
}
