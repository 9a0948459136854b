import { nearest } from '../nearest.ts';

/** What somebody wrote to the bot. Names are as they were typed; nothing is looked up yet. */
export type Command =
  | { readonly name: 'help' | 'hunts' | 'status' }
  | { readonly name: 'run' | 'devices'; readonly hunt: string; readonly workspace?: string }
  | { readonly name: 'device'; readonly device: string }
  | { readonly name: 'subscribe' | 'unsubscribe'; readonly topic?: string }
  | { readonly name: 'mute'; readonly hunt: string; readonly until: string }
  | { readonly name: 'unmute'; readonly hunt: string };

export type Parsed =
  | { readonly command: Command }
  /** `usage`: the command as it should be written. */
  | { readonly misuse: Command['name']; readonly usage: string }
  | { readonly unknown: string; readonly suggestion?: string };

/** Every command with its usage and one line of what it is for. */
export const COMMANDS: Readonly<Record<Command['name'], readonly [usage: string, meaning: string]>> = {
  help: ['help', 'this list'],
  hunts: ['hunts', 'every hunt: how it stands, its last and its next run'],
  status: ['status', 'whether silence means "nothing new", and if not, why'],
  run: ['run <hunt> [in <workspace>]', 'runs a hunt now and tells the outcome here'],
  devices: ['devices <hunt> [in <workspace>]', 'the devices a hunt has found, the latest first'],
  device: ['device <name or id>', 'the history of a device across all hunts'],
  subscribe: [
    'subscribe [hunt, tactic, escalations, digest or canary]',
    'tells this conversation of it; of everything without a name',
  ],
  unsubscribe: [
    'unsubscribe [hunt, tactic, escalations, digest or canary]',
    'no longer; of nothing at all without a name',
  ],
  mute: ['mute <hunt> until <yyyy-mm-dd>', 'no cards of a hunt until that day; what it finds waits'],
  unmute: ['unmute <hunt>', 'ends that; what has waited is told'],
};
const NAMES = Object.keys(COMMANDS) as readonly Command['name'][];
/** Names and reasons are short; what is longer is no command. */
const LONGEST = 300;

/** Reads a command, whatever the case and the blanks. */
export function parseCommand(text: string): Parsed {
  const words = text.slice(0, LONGEST).normalize('NFKC').trim().replace(/\s+/g, ' ');
  const [first = '', ...others] = words.split(' ');
  const typed = first
    .toLowerCase()
    .replace(/^[/!]/, '')
    .replace(/[.:,!?]+$/, '');
  const rest = others.join(' ');
  const name = NAMES.find((one) => one === typed);
  if (name === undefined) {
    if (typed === '' || typed === 'hi' || typed === 'hello') return { command: { name: 'help' } };
    const suggestion = nearest(typed, NAMES);
    return { unknown: typed.slice(0, 40), ...(suggestion !== undefined && { suggestion }) };
  }
  const command = read(name, rest);
  return command ? { command } : { misuse: name, usage: COMMANDS[name][0] };
}

function read(name: Command['name'], rest: string): Command | undefined {
  switch (name) {
    case 'help':
    case 'hunts':
    case 'status':
      return rest === '' ? { name } : undefined;
    case 'run':
    case 'devices': {
      const [, hunt = '', workspace] = /^(.*?)(?: in ([a-z][a-z0-9-]*))?$/i.exec(rest) ?? [];
      return hunt === '' ? undefined : { name, hunt, ...(workspace !== undefined && { workspace }) };
    }
    case 'device':
      return rest === '' ? undefined : { name, device: rest };
    case 'subscribe':
    case 'unsubscribe':
      return { name, ...(rest !== '' && { topic: rest }) };
    case 'mute': {
      const [, hunt, until] = /^(.+) until (\S+)$/i.exec(rest) ?? [];
      return hunt === undefined || until === undefined ? undefined : { name, hunt, until };
    }
    case 'unmute':
      return rest === '' ? undefined : { name, hunt: rest };
  }
}
