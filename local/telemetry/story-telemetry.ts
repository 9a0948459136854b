import { certificateCheck, connection, deviceInfo, processStart, sha1Of, type Device, type Event } from './events.ts';
import { seeded, type Random } from './random.ts';
import { SIGNERS, type Signer } from './signers.ts';
import { ORDINARY, STORY_NAMES, tell, type Story } from './stories.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const OTHERS = 384;

export interface StoryOptions {
  /** The instant at which the hunt looks. */
  readonly epoch: Date;
  readonly seed?: number;
  /** How many rows of an ordinary fleet the stories hide among. */
  readonly noise?: number;
}

/** A fleet of 400 in which every story happens on a device of its own, six hours before the hunt looks. */
export function storyTelemetry({ epoch, seed = 6, noise = 5_000 }: StoryOptions): {
  readonly events: readonly Event[];
  readonly devices: ReadonlyMap<Story, Device>;
} {
  const random = seeded(seed);
  const begins = epoch.getTime() - 6 * HOUR;
  const devices = new Map(STORY_NAMES.map((story, i) => [story, deviceOf(`story ${String(i)}`)]));
  const events = STORY_NAMES.flatMap((story) => tell(story, devices.get(story) ?? deviceOf(story), begins, random));
  for (const event of ordinaryRows(random, epoch, noise)) events.push(event);
  return { events, devices };
}

export const deviceOf = (name: string): Device => ({
  id: sha1Of(`contoso ${name}`),
  name: `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.contoso.com`,
});

const PEOPLE = ['ana', 'ben', 'chloe', 'system', 'network service'] as const;
const PROGRAMS = ['chrome.exe', 'teams.exe', 'excel.exe', 'backup.exe', 'code.exe'] as const;

/** What an office does all day: a row of one table or another, evenly over the last two days. */
function* ordinaryRows(random: Random, epoch: Date, rows: number): Generator<Event> {
  const fleet = Array.from({ length: OTHERS }, (_, i) => deviceOf(`ordinary ${String(i)}`)) as [Device, ...Device[]];
  const signers = SIGNERS as [Signer, ...Signer[]];
  for (const device of fleet) yield deviceInfo(device, epoch.getTime() - HOUR, random);
  for (let i = 0; i < rows; i += 1) {
    const at = epoch.getTime() - Math.floor((2 * DAY * (rows - i)) / (rows + 1));
    const device = random.pick(fleet);
    const path = `C:\\Program Files\\Contoso\\${random.pick(PROGRAMS)}`;
    if (i % 4 < 2) yield processStart(device, at, random, { ...ORDINARY, path, account: random.pick(PEOPLE) });
    else if (i % 4 === 2) yield certificateCheck(device, random.pick(signers), at, random);
    else {
      const to = { address: `198.51.100.${String(random.below(250))}`, port: 443 };
      yield connection(device, at, random, to, { path, sha1: sha1Of(path) });
    }
  }
}
