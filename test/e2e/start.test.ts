import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { Target } from '../../src/services.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { lazyBot } from '../../src/teams/lazy-bot.ts';
import { DAY } from '../../src/time.ts';
import { aCase, aFinding, aHunt, aReport, aRun } from '../support/builders.ts';
import { aChat } from '../support/chat.ts';
import { memoryTable } from '../support/memory-table.ts';
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
        .filter((line) =>
          ['notice.told', '"target":"channel-hunts"', `"kind":"${kind}"`].every((part) => line.includes(part)),
        );
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

  it('is settled in place, for everybody', async () => {
    await page.getByText('Personal Chat').first().click();
    const card = page.locator('.ac-adaptiveCard', { hasText: 'New device: ' }).last();

    await card.getByRole('button', { name: 'Acknowledge' }).click();

    await card.getByText('Acknowledged by Alex Wilber').waitFor({ timeout: 10_000 });
    expect(await card.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    await page.screenshot({ path: 'artifacts/acknowledged.png' });
    await page.getByText('Hunts', { exact: true }).first().click();
    await page.getByText('Acknowledged by Alex Wilber').first().waitFor({ timeout: 20_000 });
    await page.screenshot({ path: 'artifacts/acknowledged-in-channel.png' });
  });

  it('can be expected until a day, with a reason', async () => {
    await page.getByText('Personal Chat').first().click();
    const card = page.locator('.ac-adaptiveCard', { hasText: 'New device: ' }).last();
    await card.getByRole('button', { name: 'Expected here…' }).click();
    await card.getByRole('combobox').first().click();
    await page.getByRole('button', { name: /next month/i }).click();
    await page.locator('.fui-CalendarDayGrid__dayCell', { hasText: /^15$/ }).first().click();
    await card.getByRole('textbox', { name: 'Why it is expected' }).fill('the help desk, **ticket 7**');
    await page.screenshot({ path: 'artifacts/expected-form.png' });

    await card.getByRole('button', { name: 'Save' }).first().click();

    await page.getByText('the help desk, **ticket 7**').first().waitFor({ timeout: 10_000 });
    await page.screenshot({ path: 'artifacts/expected.png' });
  });

  it('has a page with everything, which a person opens by the link of the card', async () => {
    const name = await until('the fourth device', newcomer);
    const card = page.locator('.ac-adaptiveCard', { hasText: 'New device: ' }).last();
    const [opened] = await Promise.all([page.context().waitForEvent('page'), openPage(card)]);
    await opened.waitForLoadState();

    const text = await opened.locator('body').innerText();
    expect(text).toContain(`New device: ${name}`);
    expect(text).toContain('Acknowledged by Alex Wilber');
    await opened.getByRole('button', { name: 'Add the note' }).waitFor();
    await opened.locator('form', { hasText: 'Add the note' }).getByLabel('Note').fill('seen by a person <b>');
    await opened.locator('form', { hasText: 'Add the note' }).getByLabel('Your name').fill('Ana');
    await opened.getByRole('button', { name: 'Add the note' }).click();
    await opened.getByText('seen by a person <b>').first().waitFor();
    await opened.screenshot({ path: 'artifacts/case-page.png', fullPage: true });
    await opened.close();
    await page.getByText('seen by a person <b>').first().waitFor({ timeout: 20_000 });
  });

  it('answers every command', async () => {
    const name = await until('the fourth device', newcomer);
    const said = async (command: string, words: string | RegExp): Promise<void> => {
      const box = page.getByRole('textbox').last();
      await box.click();
      await page.keyboard.type(command);
      await page.keyboard.press('Enter');
      await page.getByText(words).last().waitFor({ timeout: 20_000 });
    };

    await said('help', 'whether silence means "nothing new", and if not, why');
    await said('hunts', /healthy, last run/);
    await page.screenshot({ path: 'artifacts/commands-hunts.png' });
    await said('status', 'All is well: silence means nothing new');
    await said('devices litemanager', '4 devices known to litemanager-file-signature');
    await said(`device ${name}`, 'acknowledged by Alex Wilber');
    await page.screenshot({ path: 'artifacts/commands-device.png' });
    await said('unsubscribe command and control', 'everything, but not CommandAndControl');
    await said('subscribe', 'This conversation is told everything');
    await said(`mute litemanager until ${new Date(Date.now() + 3 * DAY).toISOString().slice(0, 10)}`, 'for everybody');
    await said('unmute litemanager', 'is not muted');
    await said('devics litemanager', 'Did you mean "devices"?');
    await said('run litemanager', 'Ordered: litemanager-file-signature');
    await page.getByText('nothing new; 4 device(s)').first().waitFor({ timeout: 30_000 });
    await page.screenshot({ path: 'artifacts/commands-run.png' });
  });

  it('shows what devices call themselves as text, and fetches nothing for it', async () => {
    const names = [
      '[click](https://evil.example/link)',
      '![pixel](https://evil.example/pixel.png)',
      '<img src="https://evil.example/tag.png">',
      '<at>SOC</at>',
      '{{DATE(2026-01-01T00:00:00Z)}}',
      '\u202egnp.exe\u202c',
      'tab\tnull\u0000bell\u0007line\nfeed',
      `long-${'x'.repeat(10_000)}`,
      '😀👩‍👩‍👧 emoji',
      '**bold** _it_ `code`',
    ];
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const send = await teamsSender(program.teams);

    await send(...names.map((name, n) => aFinding(`id-${String(n)}`, { name, count: 100 - n })));
    for (const name of names) await send(aFinding('one', { name, id: name, reports: [name] }));

    await page.getByText('10 new devices').first().waitFor({ timeout: 20_000 });
    await page.getByText('**bold** _it_ `code`').nth(1).waitFor({ timeout: 20_000 });
    await page.screenshot({ path: 'artifacts/hostile-names.png' });
    const text = await page.locator('body').innerText();
    for (const shown of [
      '[click](https://evil.example/link)',
      '<at>SOC</at>',
      '{ {DATE(2026-01-01T00:00:00Z)} }',
      '😀',
    ])
      expect(text).toContain(shown);
    expect(text).not.toMatch(/[\u202a-\u202e]/);
    expect(await page.locator('a[href*="evil"], img[src*="evil"]').count()).toBe(0);
    expect(asked.filter((url) => url.includes('evil'))).toEqual([]);
  });

  it('is healthy, and says so', async () => {
    const response = await fetch(`${program.api}/api/status`);

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

/** Posts cards to the Playground's personal chat by the real bot, as the program does. */
async function teamsSender(teams: string): Promise<(...findings: Finding[]) => Promise<void>> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const load = lazyBot(() => ({
    auth: { kind: 'anonymous' },
    conversations: tableConversations(memoryTable()),
    chat: aChat(),
    log: silent,
  }));
  const notifier = botNotifier(load, { now: () => new Date(), linksOf: () => Promise.resolve({}) });
  const target: Target = {
    id: 'chat-personal',
    kind: 'personal',
    rules: [],
    reference: {
      channelId: 'msteams',
      serviceUrl: `${teams}/_connector`,
      bot: { id: 'firstsight' },
      conversation: { id: 'chat-personal' },
    },
  };
  await load();
  return async (...findings) => {
    const context = noticeContext(aHunt(), aRun(), aReport({ findings }));
    await notifier.send(aCase({ kind: 'devices-found', context, findings }), target);
  };
}

/** The Playground hides what has no room behind dots. */
async function openPage(card: Locator): Promise<void> {
  const more = card.getByRole('button', { name: 'More options' }).first();
  if (await more.isVisible()) await more.click();
  await card.page().getByText('Open page').last().click();
}

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
