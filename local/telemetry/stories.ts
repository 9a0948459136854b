/** What people and intruders do with LiteManager, a device a story: the scenarios of the hunt, and how each is abused. */
import {
  certificateCheck,
  connection,
  deviceInfo,
  fileWritten,
  processStart,
  sha1Of,
  type Device,
  type Event,
  type Started,
} from './events.ts';
import type { Random } from './random.ts';
import { LITEMANAGER_SIGNER } from './signers.ts';

const MINUTE = 60_000;
const FOLDER = 'C:\\Program Files (x86)\\LiteManager Pro - Server';
const SERVICE = `${FOLDER}\\ROMServer.exe`;
const HELPER = `${FOLDER}\\ROMFUSClient.exe`;
const SYSTEM = 'C:\\Windows\\System32';
export const TOOL_SHA1 = sha1Of('ROMServer 5.0');
const HELPER_SHA1 = sha1Of('ROMFUSClient 5.0');

/** Something that ran, and how often. */
type Step = Started & { readonly times?: number };

const service: Step = { path: SERVICE, sha1: TOOL_SHA1, by: `${SYSTEM}\\services.exe`, account: 'system' };
const helper: Step = { path: HELPER, sha1: HELPER_SHA1, by: SERVICE, bySha1: TOOL_SHA1, account: 'system' };
/** What somebody starts through the tool. */
const through = (path: string, commandLine: string, times = 1): Step => ({
  ...{ path, commandLine, by: SERVICE, bySha1: TOOL_SHA1, account: 'system', times },
});
const BACKUP = 'C:\\Program Files\\Contoso Backup\\backup.exe';
const CMD = `${SYSTEM}\\cmd.exe`;
const PORTABLE = 'C:\\Users\\ana\\Downloads\\ROMServer.exe';
const RENAMED = 'C:\\Users\\Public\\svchost.exe';
const renamed = { by: RENAMED, bySha1: TOOL_SHA1, account: 'ana' } as const;
const cmd = (words: string): Step => through(CMD, `cmd.exe /c ${words}`);

export const STORIES = {
  'the service starts, and its helper': [service, helper],
  'an admin lists the maintenance tasks': [
    service,
    through(`${SYSTEM}\\schtasks.exe`, 'schtasks.exe /query /tn "Contoso\\Cleanup"'),
  ],
  'an admin connects on to the next desktop': [service, through(`${SYSTEM}\\mstsc.exe`, 'mstsc.exe /v:wks-0007')],
  'the nightly backup': [service, through(BACKUP, `"${BACKUP}" /full`, 4)],
  'an update is rolled out': [
    service,
    through('C:\\Program Files\\Contoso\\softwareupdate.exe', 'softwareupdate.exe /quiet'),
  ],
  'the inventory is taken': [service, through('C:\\Program Files\\Contoso\\inventory.exe', 'inventory.exe --upload')],
  'the backup, and one encoded command': [
    through(BACKUP, `"${BACKUP}" /full`, 4),
    through(`${SYSTEM}\\WindowsPowerShell\\v1.0\\powershell.exe`, 'powershell.exe -nop -enc SQBFAFgA'),
  ],
  'an intruder names a tool backup.exe': [
    service,
    through('C:\\Temp\\backup.exe', 'C:\\Temp\\backup.exe -r \\\\10.0.0.5\\c$'),
  ],
  'an intruder writes the word behind a command': [service, cmd('net user helper P4ss /add & rem backup.exe')],
  'an intruder makes a scheduled task through the tool': [
    service,
    through(`${SYSTEM}\\schtasks.exe`, 'schtasks.exe /create /sc onlogon /tn Updater /tr C:\\Users\\Public\\u.exe'),
  ],
  'an intruder goes on by remote desktop': [service, through(`${SYSTEM}\\mstsc.exe`, 'mstsc.exe /v:dc01.contoso.com')],
  'an intruder renames LiteManager': [
    { path: RENAMED, sha1: TOOL_SHA1, by: 'C:\\Windows\\explorer.exe', account: 'ana' },
    { path: CMD, commandLine: 'cmd.exe /c whoami /all', ...renamed },
  ],
  'an intruder renames LiteManager and uses the word': [{ path: BACKUP, commandLine: `"${BACKUP}" /full`, ...renamed }],
  'somebody runs it from a download': [
    { path: PORTABLE, sha1: TOOL_SHA1, by: 'C:\\Windows\\explorer.exe', account: 'ana' },
  ],
  'nobody has ever started it': [],
  'the device sends no process telemetry': undefined,
} as const satisfies Readonly<Record<string, readonly Step[] | undefined>>;
export type Story = keyof typeof STORIES;
export const STORY_NAMES = Object.keys(STORIES) as readonly Story[];

/** Everything that a sensor sends of a story that is over at an instant; steps follow each other by minutes. */
export function tell(story: Story, device: Device, at: number, random: Random): readonly Event[] {
  const steps: readonly Step[] | undefined = STORIES[story];
  const check = certificateCheck(device, LITEMANAGER_SIGNER, at, random, TOOL_SHA1);
  const info = deviceInfo(device, at, random);
  if (!steps) return [check, info];
  const all = steps.flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step));
  const began = at - all.length * MINUTE;
  const starts = all.map((step, i) => processStart(device, began + i * MINUTE, random, step));
  const ordinary = processStart(device, began - MINUTE, random, ORDINARY);
  if (steps.length === 0) return [check, info, ordinary];
  const by = { path: steps[0]?.sha1 === TOOL_SHA1 ? steps[0].path : SERVICE, sha1: TOOL_SHA1 };
  const relay = { address: '203.0.113.10', port: 5650, host: 'lm1.litemanager.com' };
  const from = 'https://litemanager.example/soft/pro5/ROMServer.msi';
  const arrived = { ...by, by: 'msiexec.exe', from, account: 'ana' };
  return [
    check,
    info,
    ordinary,
    fileWritten(device, began - MINUTE, random, arrived),
    ...starts,
    connection(device, at, random, relay, by),
  ];
}

export const ORDINARY: Started = {
  path: `${SYSTEM}\\svchost.exe`,
  commandLine: 'svchost.exe -k netsvcs -p',
  by: `${SYSTEM}\\services.exe`,
  account: 'system',
};
