import { describe, expect, it } from 'vitest';
import { teamsChat, type ChatOptions } from '../../src/chat/chat.ts';
import { parseCommand } from '../../src/chat/parse-command.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { CARD_BUDGET } from '../../src/teams/card.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { DAY } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRunOrder } from '../support/builders.ts';
import { bytesOf, buttonsOf, textOf } from '../support/cards.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const ana = { objectId: 'ana', name: 'Ana' };
const bo = { objectId: 'bo', name: 'Bo' };
const options: ChatOptions = { linksOf: () => Promise.resolve({}) };

/** A world in which a device has just been found, and what people can do there. */
async function aChatIn(more: Partial<ChatOptions> = {}, hunts: readonly Hunt[] = [aHunt()], names = ['new']) {
  const world = aWorld({ hunts });
  await world.services.conversations.put(CHANNEL);
  const run = () => runHunt(aHunt(), aRunOrder({ asOf: world.services.now() }), false, world.services);
  world.answer = anAnswer(['old']);
  await run();
  world.pass(DAY);
  world.answer = anAnswer(['old', ...names]);
  await run();
  const chat = teamsChat(world.services, { ...options, ...more });
  return {
    world,
    run,
    case: world.told.at(-1)?.case.id ?? '',
    say: async (text: string, speaker: { name: string; objectId?: string } = ana) =>
      textOf(await chat.say({ text, speaker, conversation: CHANNEL.id })),
    click: (verb: string, data: Record<string, unknown>, speaker: { name: string; objectId?: string } = ana) =>
      chat.click({ verb, data, speaker, conversation: CHANNEL.id }),
    chat,
  };
}
const stateOf = async (world: World, id: string) => (await world.services.cases.find(id))?.state;

describe('a command', () => {
  it.each([
    ['help', { name: 'help' }],
    ['', { name: 'help' }],
    ['  Hello! ', { name: 'help' }],
    ['HUNTS', { name: 'hunts' }],
    ['/status', { name: 'status' }],
    ['run LiteManager', { name: 'run', hunt: 'LiteManager' }],
    ['run lite in corp', { name: 'run', hunt: 'lite', workspace: 'corp' }],
    ['devices  a   b', { name: 'devices', hunt: 'a b' }],
    ['device wks-1', { name: 'device', device: 'wks-1' }],
    ['subscribe', { name: 'subscribe' }],
    ['unsubscribe command and control', { name: 'unsubscribe', topic: 'command and control' }],
    ['mute lite until 2026-12-01', { name: 'mute', hunt: 'lite', until: '2026-12-01' }],
    ['unmute lite', { name: 'unmute', hunt: 'lite' }],
  ])('such as %j is understood', (text, command) => {
    expect(parseCommand(text)).toEqual({ command });
  });

  it.each([
    ['hunst', 'hunts'],
    ['devics x', 'devices'],
    ['unsubscrbe', 'unsubscribe'],
  ])('that misses by a little, such as %j, is suggested', (text, suggestion) => {
    expect(parseCommand(text)).toMatchObject({ suggestion });
  });

  it.each(['run', 'mute lite', 'mute until 2026-12-01', 'device', 'help me', 'unmute'])(
    'without what it needs, such as %j, is answered with how it is written',
    (text) => {
      expect(parseCommand(text)).toHaveProperty('usage');
    },
  );

  it('may be anything: it is answered, never thrown', async () => {
    const { say } = await aChatIn();
    for (const text of [
      '\u202e\u0000',
      '💥'.repeat(500),
      '<at>x</at>',
      'run '.repeat(200),
      'device [x](https://e)',
      '{{DATE(1)}}',
    ])
      expect(await say(text)).not.toMatch(/\{\{|\u202e/);
  });
});

describe('in a chat', () => {
  it('"help" lists every command', async () => {
    const { say } = await aChatIn();

    for (const word of ['hunts', 'status', 'run <hunt>', 'device <name or id>', 'mute <hunt> until'])
      expect(await say('help')).toContain(word);
  });

  it('"hunts" says how each stands', async () => {
    const { say, world } = await aChatIn();
    expect(await say('hunts')).toMatch(/1 hunt\|.*litemanager-file-signature.*healthy, last run .* 2 devices · next/);

    await world.services.promises.mute({
      hunt: aHunt().id,
      until: new Date(world.services.now().getTime() + 9 * DAY),
      by: { id: 'ana', name: 'Ana' },
      at: world.services.now(),
    });

    expect(await say('hunts')).toContain('muted until');
  });

  it('"status" is what health says', async () => {
    const { say, world } = await aChatIn();
    expect(await say('status')).toContain('timer-silent');

    await world.services.runs.tick(world.services.now());

    expect(await say('status')).toContain('All is well: silence means nothing new');
  });

  it('"run" queues a run that answers in the same conversation, once a minute', async () => {
    const { say, world } = await aChatIn();

    expect(await say('run litemanager')).toContain('Ordered: litemanager-file-signature in corp');
    await say('run litemanager', bo);

    expect(world.queued[0]).toMatchObject({ trigger: 'chat', replyTo: CHANNEL.id, scope: { workspace: 'corp' } });
    expect(new Set(world.queued.map(({ id }) => id)).size).toBe(1);
  });

  it('a hunt or workspace that does not exist is answered with the nearest one', async () => {
    const { say } = await aChatIn();

    expect(await say('run litemanger-file-signature')).toContain('Did you mean "litemanager-file-signature"?');
    expect(await say('devices litemanager in crop')).toContain('Did you mean "corp"?');
    expect(await say('subscribe CommandAndContrl')).toContain('Did you mean "CommandAndControl"?');
  });

  it('"devices" lists what a hunt knows', async () => {
    const { say } = await aChatIn();

    expect(await say('devices litemanager')).toMatch(
      /2 devices known to litemanager.*Last seen.*new\.contoso\.com.*24 Nov 2026/,
    );
  });

  it('"devices" of 5,000 is one card within its budget, and counts the rest', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => aRow(`id-${String(n)}`, `"\\${'😀'.repeat(60)}${String(n)}`));
    const world = aWorld();
    world.answer = anAnswer(many);
    await runHunt(aHunt(), aRunOrder(), false, world.services);
    const card = await teamsChat(world.services, options).say({
      text: 'devices lite',
      speaker: ana,
      conversation: 'x',
    });

    expect(bytesOf(card)).toBeLessThanOrEqual(CARD_BUDGET);
    expect(textOf(card)).toMatch(/and 4,9\d\d more devices, not shown here/);
  });

  it('"device" tells the history of one, by its name, the host part of it, or its id', async () => {
    const { say, click, case: id } = await aChatIn();
    await click('acknowledge', { case: id });
    await click('note', { case: id, text: 'asked the owner' });
    await click('expect', { case: id, device: '', shown: '1', until: '2026-12-24', reason: 'the help desk' });

    for (const name of ['new.contoso.com', 'NEW', 'new']) {
      const text = await say(`device ${name}`);
      for (const part of [
        'litemanager-file-signature| in corp',
        '(newly seen)',
        'acknowledged by Ana',
        'asked the owner (Ana',
        'until 24 Dec 2026: the help desk (Ana)',
      ])
        expect(text).toContain(part);
    }
    expect(await say('device old')).toContain('(in the baseline)');
  });

  it('"device" of one that no hunt has seen suggests what is called alike', async () => {
    const { say } = await aChatIn();

    expect(await say('device neww.contoso.com')).toContain('Did you mean "new.contoso.com"?');
    expect(await say('device ontos')).toMatch(/Did you mean "(new|old)\.contoso\.com" or/);
    expect(await say('device xyz')).toBe('No hunt has seen a device "xyz".');
  });

  it('"unsubscribe" and "subscribe" decide what the conversation is told', async () => {
    const { say, world } = await aChatIn();

    expect(await say('unsubscribe command and control')).toContain('everything, but not CommandAndControl');
    expect(await say('subscribe litemanager')).toContain('but not CommandAndControl, and litemanager-file-signature');
    expect(await say('unsubscribe')).toContain('is told nothing');
    expect(await say('subscribe escalations')).toContain('nothing, and escalations');
    expect((await world.services.conversations.list())[0]?.rules).toEqual([
      { topic: 'everything', on: false },
      { topic: 'escalations', on: true },
    ]);
  });

  it('"unsubscribe canary" hides canaries in a conversation', async () => {
    const { say, world } = await aChatIn();

    expect(await say('unsubscribe canary')).toContain('everything, but not canary');
    expect((await world.services.conversations.list())[0]?.rules).toEqual([{ topic: 'canary', on: false }]);
    expect(await say('subscribe canary')).toContain('everything, and canary');
  });

  it('"mute" silences a hunt until a day, and "unmute" ends that', async () => {
    const { say, world } = await aChatIn();

    expect(await say('mute litemanager until 2026-12-24')).toContain('is muted until 24 Dec 2026, for everybody');
    expect(await world.services.promises.mutes()).toMatchObject([{ by: { id: 'ana', name: 'Ana' } }]);
    await say('unmute litemanager');
    expect(await world.services.promises.mutes()).toEqual([]);
  });

  it.each(['2026-02-30', 'tomorrow', '2020-01-01', '2030-01-01'])('"mute" until %s is refused', async (day) => {
    const { say, world } = await aChatIn();

    await say(`mute litemanager until ${day}`);

    expect(await world.services.promises.mutes()).toEqual([]);
  });

  it('who may not act may still ask', async () => {
    const { say, world } = await aChatIn({ operators: new Set(['ana']) });

    expect(await say('hunts', bo)).toContain('litemanager');
    for (const text of ['run litemanager', 'mute litemanager until 2026-12-24', 'unsubscribe'])
      expect(await say(text, bo)).toContain('You are not among those who may do that here.');
    expect(await say('run litemanager', { name: 'nobody' })).toContain('Teams does not say who you are');
    expect(world.queued).toEqual([]);
  });

  it('a failure is an answer, too', async () => {
    const { say, world } = await aChatIn();
    world.services.runs = {
      ...world.services.runs,
      scopes: () => Promise.reject(failure('unavailable', 'table-storage')),
    };

    expect(await say('hunts')).toContain('That did not work (table-storage-unavailable)');
  });
});

describe('a click', () => {
  it('is answered with the card as it is now', async () => {
    const { click, case: id, world } = await aChatIn();

    const card = await click('acknowledge', { case: id });

    expect(textOf(card)).toContain('Acknowledged by Ana');
    expect(await stateOf(world, id)).toMatchObject({
      acknowledged: { by: { id: 'ana' } },
      seen: { by: { id: 'ana' } },
    });
  });

  it('that comes second is told who was first', async () => {
    const { click, case: id } = await aChatIn();
    const cards = await Promise.all([click('acknowledge', { case: id }), click('acknowledge', { case: id }, bo)]);

    const texts = cards.map(textOf);
    expect(texts.filter((text) => /(Ana|Bo) was first\./.test(text))).toHaveLength(1);
    const winners = texts.map((text) => /Acknowledged by (\w+)/.exec(text)?.[1]);
    expect(winners[0]).toBe(winners[1]);
  });

  it.each([
    [{ until: '2026-12-24', reason: '' }, 'Say why'],
    [{ until: '2026-02-30', reason: 'x' }, 'must look like'],
    [{ until: 'soon', reason: 'x' }, 'must look like'],
    [{ until: '2026-11-24', reason: 'x' }, 'not in the future'],
    [{ until: '2028-01-01', reason: 'x' }, 'a year at most'],
    [{ until: '2026-12-24', reason: 'x', device: 'f'.repeat(32) }, 'Say which device'],
  ])('to expect with %j is refused in words, and changes nothing', async (data, words) => {
    const { click, case: id, world } = await aChatIn();

    const card = await click('expect', { case: id, device: '', shown: '1', ...data });

    expect(textOf(card)).toContain(words);
    expect((await world.services.promises.expected({ hunt: aHunt().id, workspace: 'corp' })).size).toBe(0);
  });

  it('can expect one of several devices, or all that the card lists', async () => {
    const { click, case: id, world } = await aChatIn({}, [aHunt()], ['n1', 'n2', 'n3']);
    const about = await world.services.cases.find(id);
    const [, second] = about?.notice.kind === 'devices-found' ? about.notice.findings : [];
    const promise = { case: id, until: '2026-12-24', reason: 'x' };
    const promised = async () =>
      [...(await world.services.promises.expected(about?.scope ?? { hunt: aHunt().id, workspace: 'corp' })).values()]
        .map((one) => one.id)
        .sort();

    await click('expect', { ...promise, device: second?.device });
    expect(await promised()).toEqual([second?.id]);
    await click('expect', { ...promise, device: 'all', shown: '3' });

    expect(await promised()).toEqual(['n1', 'n2', 'n3']);
    const card = await click('unexpect', { case: id });
    expect(buttonsOf(card)).not.toContain('Not expected after all');
  });

  it.each([
    ['acknowledge', { case: 'forged' }, 'older than what is kept'],
    ['acknowledge', { case: { $ne: '' } }, 'older than what is kept'],
    ['acknowledge', {}, 'older than what is kept'],
    ['drop', { case: 'x' }, 'from another version'],
    ['note', { case: 1, text: 'x' }, 'older than what is kept'],
  ])('that was forged, %s with %j, changes nothing', async (verb, data, words) => {
    const { click } = await aChatIn();

    expect(textOf(await click(verb, data))).toContain(words);
  });

  it('of somebody who may not act shows the card and says so', async () => {
    const { click, case: id, world } = await aChatIn({ operators: new Set(['ana']) });

    expect(textOf(await click('acknowledge', { case: id }, bo))).toContain('You are not among those');
    expect((await stateOf(world, id))?.acknowledged).toBeUndefined();
    expect(textOf(await click('acknowledge', { case: id }, { objectId: 'ANA', name: 'Ana' }))).toContain(
      'Acknowledged',
    );
  });

  it('runs the hunt now, once however often it is pressed', async () => {
    const { click, case: id, world } = await aChatIn();

    await click('run', { case: id });
    await click('run', { case: id }, bo);

    expect(new Set(world.queued.map(({ id: run }) => run)).size).toBe(1);
    expect(world.queued[0]).toMatchObject({ trigger: 'chat', replyTo: CHANNEL.id });
  });

  it('keeps what is typed as it is, and shows it as text', async () => {
    const { click, case: id } = await aChatIn();
    const hostile = '[x](https://evil.example) {{DATE(1)}} <at>SOC</at> **b**';

    const card = await click('note', { case: id, text: hostile });

    expect(textOf(card)).toContain('[x](https://evil.example) { {DATE(1)} } <at>SOC</at> **b**');
    expect(JSON.stringify(card)).not.toContain('"TextBlock"');
  });
});
