/** What is asked about a new device besides the hunt itself, in the order in which a card shows it. */
export const EVIDENCE_KINDS = [
  'files',
  'telemetry',
  'executions',
  'arrival',
  'network',
  'device',
  'prevalence',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Asked first: what it finds is `Files` to the others. */
export const FILES = 'files' satisfies EvidenceKind;

/** Columns that are read from each answer. The first ones say what a row is about; without them it cannot be read. */
export const EVIDENCE_COLUMNS: Readonly<
  Record<EvidenceKind, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  files: {
    required: ['DeviceId', 'SHA1'],
    optional: ['Signer', 'IsTrusted', 'CertificateExpirationTime', 'CertificateCountersignatureTime'],
  },
  telemetry: { required: ['DeviceId'], optional: ['LastSeen'] },
  executions: {
    required: ['DeviceId', 'Count'],
    optional: [
      'FileName',
      'FolderPath',
      'SHA1',
      'ProcessCommandLine',
      'AccountName',
      'InitiatingProcessFileName',
      'InitiatingProcessFolderPath',
      'FirstSeen',
      'LastSeen',
    ],
  },
  arrival: {
    required: ['DeviceId'],
    optional: ['Timestamp', 'ActionType', 'FileName', 'FolderPath', 'Process', 'AccountName', 'Origin'],
  },
  network: { required: ['DeviceId'], optional: ['RemoteIP', 'RemotePort', 'RemoteUrl', 'Count'] },
  device: {
    required: ['DeviceId'],
    optional: [
      'MachineGroup',
      'DeviceType',
      'OSPlatform',
      'ExposureLevel',
      'AssetValue',
      'IsInternetFacing',
      'LoggedOnUsers',
      'OnboardingStatus',
      'SensorHealthState',
    ],
  },
  prevalence: { required: ['SHA1', 'Devices'], optional: [] },
};
