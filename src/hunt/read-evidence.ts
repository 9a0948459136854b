import type { DeviceKey } from './device-key.ts';
import { EVIDENCE_COLUMNS, EVIDENCE_KINDS } from './evidence-kinds.ts';
import { byDevice, gapOf, rowsOf, type EvidenceRow, type Parts } from './evidence-rows.ts';
import type { Arrival, DeviceContext, DeviceEvidence, Execution, FileEvidence, Gap, Peer } from './evidence.ts';
import type { Scenario } from './hunt-questions.ts';

export interface ReadingOptions {
  readonly scenarios: readonly Pick<Scenario, 'name'>[];
  /** The column that says whether the scenario of that place matches. */
  readonly matchColumn: (place: number) => string;
  readonly asOf: Date;
}

/** Reads what was answered about many devices; gives the whole evidence of one, not cut yet. */
export function readEvidence(parts: Parts, options: ReadingOptions): (device: DeviceKey) => DeviceEvidence {
  const gaps = EVIDENCE_KINDS.flatMap((part): Gap[] => {
    const code = gapOf(part, parts[part]);
    return code === undefined ? [] : [{ part, code }];
  });
  const [files, executions, arrivals, peers, contexts] = (
    ['files', 'executions', 'arrival', 'network', 'device'] as const
  ).map((kind) => byDevice(kind, parts[kind]));
  const prevalence = new Map(
    rowsOf('prevalence', parts.prevalence).map((row) => [row.text('SHA1').toLowerCase(), row.number('Devices')]),
  );
  return (device) => {
    const ofFiles = (files?.get(device) ?? []).map((row) => fileOf(row, options.asOf, prevalence));
    const ofExecutions = (executions?.get(device) ?? []).map((row) => executionOf(row, options)).sort(strangestFirst);
    const ofPeers = (peers?.get(device) ?? []).map(peerOf).sort((a, b) => b.count - a.count);
    const [context] = contexts?.get(device) ?? [];
    return {
      files: ofFiles,
      executions: ofExecutions,
      arrivals: (arrivals?.get(device) ?? [])
        .map(arrivalOf)
        .sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0)),
      peers: ofPeers,
      ...(context && { context: contextOf(context) }),
      counts: { files: ofFiles.length, executions: executionsIn(ofExecutions), peers: ofPeers.length },
      gaps,
    };
  };
}

export const executionsIn = (executions: readonly Execution[]): number =>
  executions.reduce((sum, { count }) => sum + count, 0);

/** The SHA1s that matched, each once, in the order of the answer. */
export const filesIn = (parts: Parts): readonly string[] => [
  ...new Set(
    rowsOf('files', parts.files)
      .map((row) => row.text('SHA1'))
      .filter((sha1) => sha1 !== ''),
  ),
];

function fileOf(row: EvidenceRow, asOf: Date, prevalence: ReadonlyMap<string, number | undefined>): FileEvidence {
  const [sha1, trusted] = [row.text('SHA1'), row.flag('IsTrusted')];
  const expires = row.instant('CertificateExpirationTime');
  const countersigned = row.instant('CertificateCountersignatureTime');
  const devices = prevalence.get(sha1.toLowerCase());
  const lapsed = countersigned && expires && countersigned <= expires ? 'timestamped' : 'expired';
  return {
    sha1,
    signer: row.text('Signer'),
    ...(trusted !== undefined && { trusted }),
    ...(expires && { certificate: expires > asOf ? 'valid' : lapsed }),
    ...(devices !== undefined && { devices }),
  };
}

function executionOf(row: EvidenceRow, { scenarios, matchColumn }: ReadingOptions): Execution {
  const lastSeen = row.instant('LastSeen');
  return {
    file: row.text('FileName'),
    path: row.text('FolderPath'),
    sha1: row.text('SHA1'),
    commandLine: row.text('ProcessCommandLine'),
    account: row.text('AccountName'),
    parent: row.text('InitiatingProcessFileName'),
    parentPath: row.text('InitiatingProcessFolderPath'),
    count: row.number('Count') ?? 1,
    ...(lastSeen && { lastSeen }),
    explainedBy: scenarios.filter((_scenario, i) => row.flag(matchColumn(i)) === true).map(({ name }) => name),
  };
}

const strangestFirst = (a: Execution, b: Execution): number =>
  Number(a.explainedBy.length > 0) - Number(b.explainedBy.length > 0) ||
  (b.lastSeen?.getTime() ?? 0) - (a.lastSeen?.getTime() ?? 0) ||
  (a.commandLine < b.commandLine ? -1 : a.commandLine > b.commandLine ? 1 : 0);

function arrivalOf(row: EvidenceRow): Arrival {
  const at = row.instant('Timestamp');
  return {
    ...(at && { at }),
    action: row.text('ActionType'),
    file: row.text('FileName'),
    path: row.text('FolderPath'),
    process: row.text('Process'),
    account: row.text('AccountName'),
    origin: row.text('Origin'),
  };
}

function peerOf(row: EvidenceRow): Peer {
  const port = row.number('RemotePort');
  return {
    address: row.text('RemoteIP'),
    ...(port !== undefined && { port }),
    host: row.text('RemoteUrl'),
    count: row.number('Count') ?? 1,
  };
}

const TITLES: Readonly<Record<string, string>> = {
  MachineGroup: 'Machine group',
  DeviceType: 'Type',
  OSPlatform: 'System',
  ExposureLevel: 'Exposure',
  AssetValue: 'Asset value',
  IsInternetFacing: 'Internet facing',
  // DeviceInfo knows no owner.
  LoggedOnUsers: 'Last signed-in users',
  OnboardingStatus: 'Onboarding',
  SensorHealthState: 'Sensor',
};

const contextOf = (row: EvidenceRow): DeviceContext =>
  EVIDENCE_COLUMNS.device.optional.flatMap((name) => {
    const value = name === 'LoggedOnUsers' ? usersIn(row.text(name)) : row.text(name);
    return value === '' ? [] : [[TITLES[name] ?? name, value] as const];
  });

/** `[{"UserName":"ana","DomainName":"CONTOSO"}]` → `CONTOSO\ana` */
function usersIn(text: string): string {
  try {
    const users: unknown = JSON.parse(text);
    if (!Array.isArray(users)) return '';
    return users
      .map((user: { readonly UserName?: unknown; readonly DomainName?: unknown } | null) =>
        [user?.DomainName, user?.UserName].filter((part) => typeof part === 'string' && part !== '').join('\\'),
      )
      .filter((name) => name !== '')
      .slice(0, 3)
      .join(', ');
  } catch {
    return text;
  }
}
