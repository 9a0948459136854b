import { hash } from 'node:crypto';
import type { Row } from '../kql/compile.ts';
import type { Column } from '../kql/language.ts';
import { ticksOf, type Value } from '../kql/values.ts';
import { DEVICE_TABLES } from '../schemas/device-tables.ts';
import { seeded, type Random } from './random.ts';
import { LITEMANAGER_SIGNER, SIGNERS, type Signer } from './signers.ts';

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

export interface Device {
  readonly id: string;
  readonly name: string;
}

interface Event {
  readonly table: string;
  readonly ingestedAt: number;
  readonly row: Row;
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
    for (const before of hours) events.push(...litemanager(devices[index] ?? newcomer, at(before * HOUR), random));
  }
  // Outside the five days: it was removed here.
  events.push(...litemanager(devices[311] ?? newcomer, at(6 * DAY), random));
  events.push(...litemanager(newcomer, epoch.getTime() + newcomerAfter, random));
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

/** Builds a row of a table from the columns that matter; the others are null, and texts empty. */
function event(table: string, at: number, values: Readonly<Record<string, Value>>): Event {
  const columns = DEVICE_TABLES[table] ?? [];
  const when = ticksOf(new Date(at));
  const common: Readonly<Record<string, Value>> = {
    Timestamp: when,
    TimeGenerated: when,
    Type: table,
    SourceSystem: 'SyntheticTelemetry',
    TenantId: '00000000-0000-0000-0000-000000000000',
  };
  const valueOf = ({ name, type }: Column): Value => values[name] ?? common[name] ?? (type === 'string' ? '' : null);
  return { table, ingestedAt: at, row: columns.map(valueOf) };
}

function certificateCheck(device: Device, signer: Signer, at: number, random: Random): Event {
  const created = at - (100 + random.below(700)) * DAY;
  return event('DeviceFileCertificateInfo', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    SHA1: hash('sha1', `${signer.name} ${String(random.below(40))}`, 'hex'),
    IsSigned: true,
    SignatureType: 'Embedded',
    Signer: signer.name,
    SignerHash: hash('sha1', signer.name, 'hex'),
    Issuer: signer.issuer,
    IssuerHash: hash('sha1', signer.issuer, 'hex'),
    CertificateSerialNumber: hash('sha256', signer.name, 'hex').slice(0, 32),
    CrlDistributionPointUrls: '["http://crl.contoso.example/codesigning.crl"]',
    CertificateCreationTime: ticksOf(new Date(created)),
    CertificateExpirationTime: ticksOf(new Date(created + 1095 * DAY)),
    CertificateCountersignatureTime: ticksOf(new Date(created + 30 * DAY)),
    IsTrusted: random.below(200) > 0,
    IsRootSignerMicrosoft: signer.name.startsWith('Microsoft'),
    ReportId: random.report(),
  });
}

/** The check of the service's file, its start, and its talk to the relay. */
function litemanager(device: Device, at: number, random: Random): Event[] {
  const check = certificateCheck(device, LITEMANAGER_SIGNER, at, random);
  const folder = 'C:\\Program Files (x86)\\LiteManager Pro - Server';
  const who = { DeviceId: device.id, DeviceName: device.name, ReportId: random.report() };
  return [
    check,
    event('DeviceProcessEvents', at - MINUTE, {
      ...who,
      ActionType: 'ProcessCreated',
      FileName: 'ROMServer.exe',
      FolderPath: `${folder}\\ROMServer.exe`,
      ProcessCommandLine: `"${folder}\\ROMServer.exe"`,
      AccountName: 'system',
      InitiatingProcessFileName: 'services.exe',
      InitiatingProcessFolderPath: 'c:\\windows\\system32\\services.exe',
    }),
    event('DeviceNetworkEvents', at - MINUTE / 2, {
      ...who,
      ActionType: 'ConnectionSuccess',
      RemoteIP: `203.0.113.${String(10 + random.below(5))}`,
      RemotePort: 5650,
      Protocol: 'Tcp',
      LocalIP: `192.0.2.${String(1 + random.below(250))}`,
      InitiatingProcessFileName: 'ROMServer.exe',
    }),
  ];
}

function deviceInfo(device: Device, at: number, random: Random): Event {
  return event('DeviceInfo', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    OSPlatform: device.name.startsWith('srv') ? 'WindowsServer2022' : 'Windows11',
    OnboardingStatus: 'Onboarded',
    SensorHealthState: 'Active',
    PublicIP: `198.51.100.${String(1 + random.below(250))}`,
    ReportId: random.report(),
  });
}
