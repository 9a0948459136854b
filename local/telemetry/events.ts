/** Makers of rows of the device tables: what a sensor would send. */
import { hash } from 'node:crypto';
import type { Row } from '../kql/compile.ts';
import type { Column } from '../kql/language.ts';
import { ticksOf, type Value } from '../kql/values.ts';
import { DEVICE_TABLES } from '../schemas/device-tables.ts';
import type { Random } from './random.ts';
import type { Signer } from './signers.ts';

const DAY = 24 * 60 * 60_000;

export interface Device {
  readonly id: string;
  readonly name: string;
}

export interface Event {
  readonly table: string;
  /** A row is there from the moment it was ingested. */
  readonly ingestedAt: number;
  readonly row: Row;
}

/** Builds a row of a table from the columns that matter; the others are null, and texts empty. */
export function event(table: string, at: number, values: Readonly<Record<string, Value>>): Event {
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

export const sha1Of = (text: string): string => hash('sha1', text, 'hex');

export function certificateCheck(
  device: Device,
  signer: Signer,
  at: number,
  random: Random,
  sha1 = sha1Of(`${signer.name} ${String(random.below(40))}`),
): Event {
  const created = at - (100 + random.below(700)) * DAY;
  return event('DeviceFileCertificateInfo', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    SHA1: sha1,
    IsSigned: true,
    SignatureType: 'Embedded',
    Signer: signer.name,
    SignerHash: sha1Of(signer.name),
    Issuer: signer.issuer,
    IssuerHash: sha1Of(signer.issuer),
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

export interface Started {
  readonly path: string;
  readonly commandLine?: string;
  readonly account: string;
  /** The path of what started it. */
  readonly by: string;
  readonly sha1?: string;
  readonly bySha1?: string;
  readonly grandparent?: string;
}

const nameIn = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

export const processStart = (device: Device, at: number, random: Random, started: Started): Event =>
  event('DeviceProcessEvents', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    ReportId: random.report(),
    ActionType: 'ProcessCreated',
    FileName: nameIn(started.path),
    FolderPath: started.path,
    SHA1: started.sha1 ?? sha1Of(started.path),
    ProcessCommandLine: started.commandLine ?? `"${started.path}"`,
    AccountName: started.account,
    InitiatingProcessFileName: nameIn(started.by),
    InitiatingProcessFolderPath: started.by,
    InitiatingProcessSHA1: started.bySha1 ?? sha1Of(started.by),
    InitiatingProcessParentFileName: started.grandparent ?? 'services.exe',
  });

export const connection = (
  device: Device,
  at: number,
  random: Random,
  to: { readonly address: string; readonly port: number; readonly host?: string },
  by: { readonly path: string; readonly sha1: string },
): Event =>
  event('DeviceNetworkEvents', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    ReportId: random.report(),
    ActionType: 'ConnectionSuccess',
    RemoteIP: to.address,
    RemoteIPType: 'Public',
    RemotePort: to.port,
    RemoteUrl: to.host ?? '',
    Protocol: 'Tcp',
    LocalIP: `192.0.2.${String(1 + random.below(250))}`,
    InitiatingProcessFileName: nameIn(by.path),
    InitiatingProcessFolderPath: by.path,
    InitiatingProcessSHA1: by.sha1,
  });

export const deviceInfo = (device: Device, at: number, random: Random): Event =>
  event('DeviceInfo', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    DeviceType: device.name.startsWith('srv') ? 'Server' : 'Workstation',
    OSPlatform: device.name.startsWith('srv') ? 'WindowsServer2022' : 'Windows11',
    MachineGroup: device.name.startsWith('srv') ? 'Servers' : 'Offices',
    ExposureLevel: random.pick(['Low', 'Medium', 'Medium', 'High']),
    LoggedOnUsers: [{ UserName: `user${String(random.below(90))}`, DomainName: 'CONTOSO' }],
    OnboardingStatus: 'Onboarded',
    SensorHealthState: 'Active',
    PublicIP: `198.51.100.${String(1 + random.below(250))}`,
    ReportId: random.report(),
  });

export const fileWritten = (
  device: Device,
  at: number,
  random: Random,
  file: {
    readonly path: string;
    readonly sha1: string;
    readonly by: string;
    readonly from: string;
    readonly account: string;
  },
): Event =>
  event('DeviceFileEvents', at, {
    DeviceId: device.id,
    DeviceName: device.name,
    ReportId: random.report(),
    ActionType: 'FileCreated',
    FileName: nameIn(file.path),
    FolderPath: file.path,
    SHA1: file.sha1,
    FileOriginUrl: file.from,
    InitiatingProcessFileName: file.by,
    InitiatingProcessAccountName: file.account,
  });
