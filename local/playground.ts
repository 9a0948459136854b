import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './azurite.ts';

export interface Playground {
  /** Where a browser sees Teams. */
  readonly url: string;
  /** Installs the bot in the SOC team's channel, as a person would. */
  installInChannel(): Promise<void>;
  stop(): Promise<void>;
}

export const CHANNEL_ID = 'channel-hunts';

/** People and places of the pretended tenant. The Playground insists on five users besides the current one. */
const CONFIG = `version: "0.1.1"
tenantId: 00000000-0000-0000-0000-0000000000ff
bot: { id: firstsight, name: Firstsight }
currentUser: { id: user-id-0, name: Alex Wilber, userPrincipleName: alexw@contoso.com, aadObjectId: 00000000-0000-0000-0000-000000000020, givenName: Alex, surname: Wilber, email: alexw@contoso.com }
users:
${[1, 2, 3, 4, 5].map((n) => `  - { id: user-id-${String(n)}, name: Analyst ${String(n)}, userPrincipleName: analyst${String(n)}@contoso.com, aadObjectId: 00000000-0000-0000-0000-00000000002${String(n)}, givenName: Analyst, surname: "${String(n)}", email: analyst${String(n)}@contoso.com }`).join('\n')}
personalChat: { id: chat-personal }
groupChat: { id: chat-group, name: Threat hunters }
team:
  id: team-soc
  name: SOC
  aadGroupId: 00000000-0000-0000-0000-000000000031
  channels: [{ id: ${CHANNEL_ID}, name: Hunts }]
`;

/** Starts Microsoft's Agents Playground, a Teams client for a bot on this machine, with its files in `folder`. */
export async function startPlayground(botUrl: string, folder: string): Promise<Playground> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, '.m365agentsplayground.yml'), CONFIG);
  const logFile = path.join(folder, 'playground.log');
  writeFileSync(logFile, '');
  const cli = createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/cli.js');
  const args = [cli, '-e', botUrl, '-c', 'msteams', '--disable-telemetry', '-p', String(await freePort())];
  const env = { ...process.env, TEAMSAPPTESTER_BROWSER: 'none', M365_AGENTS_PLAYGROUND_LOGFILE: path.resolve(logFile) };
  // Detached: a Ctrl-C reaches us only, and we stop it.
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (ended()) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  process.once('exit', () => void child.kill('SIGTERM'));

  const deadline = Date.now() + 30_000;
  for (;;) {
    const port = /Listening on (\d+)/.exec(output)?.[1];
    const url = `http://localhost:${port ?? '0'}`;
    // It says "listening" before it has read its configuration; a pong means that it has.
    if (port !== undefined && (await answers(`${url}/_debug/ping`)))
      return { url, installInChannel: () => install(url), stop };
    if (ended() || Date.now() > deadline) {
      await stop();
      throw new Error(`The Agents Playground did not start: ${output}${readFileSync(logFile, 'utf8').slice(-500)}`);
    }
    await sleep(50);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).text()) === 'pong';
  } catch {
    // Not up yet; the caller has a deadline.
    return false;
  }
}

async function install(url: string): Promise<void> {
  const response = await fetch(`${url}/_debug/conversation/${CHANNEL_ID}/installation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok)
    throw new Error(`The bot could not be installed in the Playground's channel (HTTP ${String(response.status)}).`);
}
