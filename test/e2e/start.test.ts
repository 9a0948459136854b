import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startProgram, type Program } from '../support/program.ts';
import { until } from '../support/until.ts';

interface DeviceList {
  readonly devices: readonly { readonly deviceName: string; readonly state: string }[];
}

const HUNT = 'litemanager-file-signature';
let program: Program;
let browser: Browser;
let page: Page;

const newcomer = async (): Promise<string | undefined> => {
  const response = await fetch(`${program.api}/api/hunts/${HUNT}/devices`);
  const { devices } = (await response.json()) as DeviceList;
  return devices.find(({ state }) => state === 'newly-seen')?.deviceName;
};

beforeAll(async () => {
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
  page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
  // The Playground asks for fonts from the internet; nobody here needs them.
  await page.route(/^https:\/\//, (route) => route.abort());
  await page.goto(program.teams);
  await page.getByText('Connected.').first().waitFor();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await program.interrupt();
});

describe('npm start', () => {
  it('posts the card of a fourth device by itself, once it has come into sight', async () => {
    const name = await until('the fourth device', newcomer, 90_000);

    await page.getByText(name).first().waitFor({ timeout: 30_000 });

    mkdirSync('artifacts', { recursive: true });
    await page.screenshot({ path: 'artifacts/new-device-card.png' });
    const text = await page.locator('body').innerText();
    expect(text).toContain(`New device: ${name}`);
    expect(text).toContain('Command and Control');
    expect(text).toContain('T1219');
    expect(text).toContain('Remote Management and Monitoring tool - LiteManager - File Signature');
    expect(text).toContain('4 rows, 4 devices: 1 new, 0 returning, 3 known');
  });

  it('has told the baseline once, and no device twice', async () => {
    const told = (kind: string): string[] =>
      program
        .output()
        .split('\n')
        .filter((line) => ['notice.told', 'target=channel-hunts', `kind=${kind}`].every((part) => line.includes(part)));
    await until('the channel to be told', () => told('devices-found').length > 0);

    expect(told('baseline-founded')).toHaveLength(1);
    expect(told('devices-found')).toHaveLength(1);
  });

  it('shows the same card in the channel where the bot was installed', async () => {
    const name = await until('the fourth device', newcomer);
    await page.getByText('Hunts', { exact: true }).first().click();

    await page.getByText(name).first().waitFor({ timeout: 30_000 });

    await page.screenshot({ path: 'artifacts/channel.png' });
    // Only this card: the Playground forgets what was posted while its page was still connecting.
    expect(await page.locator('body').innerText()).toContain(`New device: ${name}`);
  });

  it('is healthy, and says so', async () => {
    const response = await fetch(`${program.api}/api/health`);

    expect(await response.json()).toMatchObject({ status: 'healthy', reasons: [], hunts: 1 });
    expect(response.status).toBe(200);
  });

  it('stops everything at Ctrl-C', async () => {
    const ports = [...program.output().matchAll(/(?:127\.0\.0\.1|localhost):(\d+)/g)].map(([, port]) => Number(port));

    expect(await program.interrupt()).toBe(0);
    expect(ports.length).toBeGreaterThanOrEqual(3);
    for (const port of new Set(ports)) await until(`port ${String(port)} to be closed`, () => isClosed(port));
  });
});

function isClosed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => {
      resolve(true);
    });
  });
}
