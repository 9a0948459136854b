import axe from 'axe-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { animatedPng } from '../support/animated-png.ts';
import { BOARD_KEY, startBoardProgram, type BoardProgram } from '../support/board-program.ts';
import { launchBrowser } from '../support/browser.ts';

let program: BoardProgram;
let browser: Browser;
let page: Page;
/** What went wrong in the browser, and what was asked of anybody else. */
const wrong: string[] = [];
const asked: string[] = [];
const figures: Record<string, unknown>[] = [];
/** The pictures of the README; made anew when asked for. */
const IMAGES = process.env['DOCS_IMAGES'] === '1' ? 'docs/images' : 'artifacts/images';

beforeAll(async () => {
  mkdirSync('artifacts', { recursive: true });
  mkdirSync(IMAGES, { recursive: true });
  [program, browser] = await Promise.all([startBoardProgram({ hunts: 120, devices: 10_000 }), launchBrowser()]);
  page = await browser.newPage({ viewport: { width: 1024, height: 900 } });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}, 120_000);

afterAll(async () => {
  writeFileSync('artifacts/board-figures.json', JSON.stringify(figures, undefined, 2));
  await browser.close();
  await program.stop();
});

const open = async (path: string): Promise<void> => {
  await page.goto(`${program.url}${path}`);
};
const board = '/api/board';
const hunt = `${board}/hunts/hunt-000`;
const runOf = (which: 'run' | 'hostileRun'): string => `${board}/runs/${program[which].id}`;
const firstDeviceOn = async (path: string): Promise<string> => {
  await open(path);
  return (await page.locator('td a[href*="/devices/"]').first().getAttribute('href')) ?? '';
};

describe('the board in a browser', () => {
  it('takes its key once, and keeps it out of every address', async () => {
    await open(`${board}?state=failing`);
    expect(await page.locator('body').innerText()).not.toContain('LiteManager');
    await complains('sign-in');

    await page.getByLabel('The key of this board').fill(BOARD_KEY);
    await page.getByRole('button', { name: 'Open the board' }).click();

    await page.getByRole('heading', { name: 'Board', exact: true }).waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: '__Host-firstsight-board', httpOnly: true, secure: true, sameSite: 'Lax' });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(asked.join('\n')).not.toContain(BOARD_KEY);
  });

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1024, 'light'],
    [1024, 'dark'],
    [1920, 'light'],
    [1920, 'dark'],
  ] as const)('reads well at %i pixels, %s, hostile names and all', async (width, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: width === 390 ? 844 : 1_000 });
    const pages = {
      board,
      hunt: `${hunt}?workspace=corp`,
      'hostile-hunt': `${board}/hunts/hunt-001?workspace=ot`,
      run: runOf('run'),
      'hostile-run': runOf('hostileRun'),
      device: await firstDeviceOn(runOf('run')),
      'hostile-device': await firstDeviceOn(runOf('hostileRun')),
    };
    for (const [name, path] of Object.entries(pages)) {
      await open(path);
      await page.screenshot({ path: `artifacts/${name}-${String(width)}-${colorScheme}.png` });
      await complains(`${name} at ${String(width)} ${colorScheme}`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
      figures.push({ name, width, colorScheme, ...(await timings()) });
    }
  });

  it('shows what devices call themselves as text', async () => {
    await open(runOf('hostileRun'));

    const text = await page.locator('main').innerText();

    expect(text).toContain('"><script>window.pwned=1</script>');
    expect(text).toContain("'><img src=x onerror=window.pwned=1>");
    expect(text).not.toMatch(/[\u202a-\u202e]/);
    expect(await page.locator('main img, main script, main iframe, a[href^="javascript"]').count()).toBe(0);
  });

  it('puts the filter into the address while it is typed, and stays where the hands are', async () => {
    await page.setViewportSize({ width: 1024, height: 900 });
    await open(board);

    await page.getByLabel('Hunt, tactic or technique').pressSequentially('tool 01');

    await page.getByRole('heading', { name: '10 hunts' }).waitFor();
    expect(new URL(page.url()).search).toBe('?q=tool+01');
    expect(await page.evaluate('document.activeElement.id')).toBe('q');
    await page.reload();
    await page.getByRole('heading', { name: '10 hunts' }).waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('failing');
    await page.getByRole('heading', { name: '1 hunt', exact: true }).waitFor();
  });

  it('looks again by itself without losing the place', async () => {
    await open(board);
    await page.locator('#days summary').click();
    // As if much had changed above what is looked at.
    await page.evaluate("document.querySelector('[data-part=summary]').textContent = 'old'");
    const link = page.locator('#hunt-hunt-060');
    await link.scrollIntoViewIfNeeded();
    await link.focus();
    const placeOf = () => page.evaluate<number>("document.querySelector('#hunt-hunt-060').getBoundingClientRect().top");
    const before = await placeOf();

    const answered = page.waitForResponse((response) => response.url().endsWith(board));
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await (await answered).finished();
    await page.getByText('new devices today').waitFor({ state: 'attached' });

    expect(Math.abs((await placeOf()) - before), 'pixels that it moved').toBeLessThan(1);
    expect(await page.evaluate('document.activeElement.id')).toBe('hunt-hunt-060');
    expect(await page.locator('#days').getAttribute('open')).not.toBeNull();
  });

  it('can be used with the keyboard alone', async () => {
    await open(board);

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');

    expect(await page.evaluate('document.activeElement.id')).toBe('pause');
    await page.keyboard.press('Enter');
    expect(await page.locator('#pause').getAttribute('aria-pressed')).toBe('true');
  });

  it('copies a query as it is', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(hunt);

    await page.getByRole('button', { name: 'Copy' }).click();

    await page.getByText('Copied.').waitFor({ state: 'attached' });
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toContain("| where Timestamp > since and Signer has 'Yakhnovets'\n| summarize");
  });

  it('runs a hunt, and follows the run to its end', async () => {
    await open(`${board}/hunts/hunt-002?workspace=lab`);
    await page.getByLabel('Your name').fill('Ana <b>');

    await page.getByRole('button', { name: 'Run now' }).click();

    await page.waitForURL(/\/api\/board\/runs\//);
    await page.getByText('baseline founded').waitFor({ timeout: 60_000 });
    await complains('a run that was ordered');
    expect(program.output()).toContain('board.acted');
  });

  it('shows what a hunt would find', async () => {
    await open(`${board}/hunts/hunt-003?workspace=lab`);
    await page.getByLabel('Your name').fill('Ana');

    await page.getByRole('button', { name: 'Dry run' }).click();

    await page.getByText('Nothing was written and nobody was told.').waitFor({ timeout: 60_000 });
    await complains('a dry run');
  });

  it('settles a finding, once', async () => {
    await open(runOf('hostileRun'));
    const form = page.locator('form', { has: page.getByRole('button', { name: 'Acknowledge' }) });
    await form.getByLabel('Your name').fill('Bo <i>');

    await form.getByRole('button', { name: 'Acknowledge' }).click();

    await page.getByText('Acknowledged by Bo <i> (on the board, name not checked)').waitFor();
    await complains('an answer');
    await open(board);
    await page.getByRole('heading', { name: 'Nobody has answered yet: 1' }).waitFor();
  });

  it('gives files that a program can take', async () => {
    const read = async (file: string) => {
      const response = await page.request.get(`${program.url}${board}/hunts/hunt-001/${file}?workspace=ot`);
      return { status: response.status(), text: await response.text() };
    };

    expect((await read('devices.csv')).text).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect((await read('devices.ndjson')).text.trim().split('\n')).toHaveLength(15);
    expect((JSON.parse((await read('devices.stix.json')).text) as { objects: unknown[] }).objects).toHaveLength(
      2 + 2 * 15,
    );
    expect((await read('runs.csv')).status).toBe(200);
  });

  it('prints without its forms', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await open(runOf('run'));
    await page.screenshot({ path: 'artifacts/run-print.png' });

    for (const form of await page.locator('form').all()) expect(await form.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });
  });

  it('has run nothing, broken nothing, and asked nobody else', async () => {
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(wrong).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(program.url) && !url.startsWith('data:'))).toEqual([]);
  });

  it('works without its script', async () => {
    const cookies = await page.context().cookies();
    const context = await browser.newContext({ javaScriptEnabled: false });
    await context.addCookies(cookies);
    const plain = await context.newPage();
    await plain.goto(`${program.url}${board}`);
    await plain.getByLabel('Hunt, tactic or technique').fill('tool 012');
    await plain.getByRole('button', { name: 'Show' }).click();

    await plain.getByRole('heading', { name: '1 hunt', exact: true }).waitFor();
    await plain.getByRole('link', { name: 'Remote tool 012' }).click();
    expect(await plain.locator('h1').innerText()).toContain('Remote tool 012');
  });

  it('sits for the pictures of the README', async () => {
    const shot = async (name: string, path: string, colorScheme: 'light' | 'dark', width: number, height: number) => {
      await page.emulateMedia({ media: 'screen', colorScheme });
      await page.setViewportSize({ width, height });
      await open(path);
      await page.screenshot({ path: `${IMAGES}/${name}.png` });
    };
    await shot('board', `${board}?workspace=corp`, 'light', 1_120, 860);
    await shot('board-dark-phone', `${board}?workspace=corp`, 'dark', 390, 800);
    await shot('hunt', `${hunt}?workspace=corp`, 'light', 1_120, 760);
    await shot('run', runOf('run'), 'dark', 1_120, 760);
    expect(wrong).toEqual([]);
  });

  it('moves, for the README: from everything to one finding, and to its answer', async () => {
    const frames: { png: Buffer; ms: number }[] = [];
    const shoot = async (ms: number): Promise<void> => {
      frames.push({ png: await page.screenshot(), ms });
    };
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    await page.setViewportSize({ width: 900, height: 560 });
    await open(`${board}?workspace=corp`);
    await shoot(2_000);
    await page.locator('table.hunts').evaluate('(table) => table.scrollIntoView()');
    await shoot(1_500);
    await page.getByLabel('Hunt, tactic or technique').fill('litemanager');
    await page.getByRole('heading', { name: '1 hunt', exact: true }).waitFor();
    await page.evaluate('scrollTo(0, 0)');
    await shoot(1_500);
    await page.getByRole('link', { name: 'open', exact: true }).click();
    await page.getByRole('heading', { name: 'What is new' }).waitFor();
    await shoot(2_000);
    const form = page.locator('form', { has: page.getByRole('button', { name: 'Acknowledge' }) });
    await form.getByLabel('Your name').fill('Ana Silva');
    await form.scrollIntoViewIfNeeded();
    await shoot(1_500);
    await form.getByRole('button', { name: 'Acknowledge' }).click();
    await page.locator('.said').waitFor();
    await shoot(2_000);

    writeFileSync(`${IMAGES}/board-moving.png`, animatedPng(frames));
    expect(wrong).toEqual([]);
  });
});

/** What axe has to say of the page as it is; nothing. The page's own policy lets no script in, so it is run from outside. */
async function complains(where: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<{ violations: string[]; passes: number }>(
    `axe.run(document).then(({ violations, passes }) => ({
      violations: violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' ')),
      passes: passes.length,
    }))`,
  );
  expect(passes, where).toBeGreaterThan(8);
  expect(violations, where).toEqual([]);
}

/** How much moved after it was drawn, which must be nothing, and how long the first look took, for whoever wants to know. */
async function timings(): Promise<Record<string, number>> {
  const shift = await page.evaluate<number>(
    `new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
    })`,
  );
  expect(shift).toBe(0);
  const read = (expression: string): Promise<number> => page.evaluate<number>(expression);
  return {
    answered: await read("Math.round(performance.getEntriesByType('navigation')[0].responseEnd)"),
    painted: await read("Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1)"),
    shift,
  };
}
