import { describe, expect, it } from 'vitest';
import { DEVICE_STORY_PARAMETERS, getDevice } from '../../src/functions/device.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY } from '../../src/time.ts';
import { askEndpoint } from '../support/ask-endpoint.ts';
import { bodyOf } from '../support/board.ts';
import { aHunt, anAnswer, aRow, aRunOrder } from '../support/builders.ts';
import { aWorld, CHANNEL } from '../support/services.ts';

/** A baseline of one device, and a day later one that is new and a twin of its name. */
async function aSoc() {
  const world = aWorld();
  const { services } = world;
  await services.conversations.put(CHANNEL);
  const run = async () => (await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services)).run.id;
  world.answer = anAnswer([aRow('old', 'desk-1.contoso.com')]);
  const founding = await run();
  world.pass(DAY);
  world.answer = anAnswer([
    aRow('old', 'desk-1.contoso.com'),
    aRow('twin', 'desk-1.contoso.com'),
    aRow('new', 'lap-1644.contoso.com'),
  ]);
  const finding = await run();
  const ask = async (device: string, { hunt = aHunt().slug, query = '' } = {}) => {
    const address = `/api/hunts/x/devices/x${query}`;
    const answer = await askEndpoint(services, getDevice, DEVICE_STORY_PARAMETERS, address, {
      params: { hunt, device },
    });
    return { status: answer.status, body: JSON.parse(bodyOf(answer)) as Record<string, unknown> };
  };
  return { founding, finding, ask };
}

describe('the address of a device', () => {
  it.each([
    ['key', deviceKeyOf('new', '')],
    ['id', 'NEW'],
    ['name', 'lap-1644.contoso.com'],
    ['name without its domain', 'Lap-1644'],
  ])('finds it by its %s', async (_how, device) => {
    const { ask } = await aSoc();

    expect(await ask(device)).toMatchObject({
      status: 200,
      body: { hunt: aHunt().slug, workspace: 'corp', key: deviceKeyOf('new', ''), id: 'new', state: 'new' },
    });
  });

  it('gives the proof of newness and names the record behind every sentence', async () => {
    const { ask, founding, finding } = await aSoc();

    const { body } = await ask('new');

    expect(body).toMatchObject({
      trail: [{ kind: 'found', run: finding, name: 'lap-1644.contoso.com' }],
      told: [{ run: finding, conversations: 1, proof: { runs: 1, sinceFounding: true }, finding: { deviceId: 'new' } }],
      watch: { founded: { run: founding }, complete: 2 },
    });
    expect(body['story']).toContainEqual({
      text: '24 Nov 2026 12:00 UTC: found, as new, called lap-1644.contoso.com.',
      ground: { kind: 'run', run: finding },
    });
  });

  it('says who else is called so, instead of choosing', async () => {
    const { ask } = await aSoc();

    const { status, body } = await ask('desk-1');

    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:firstsight:problem:device-ambiguous' });
    for (const id of ['old', 'twin']) expect(body['detail']).toContain(deviceKeyOf(id, ''));
  });

  it.each([
    ['an unknown device', 'lap-1645', {}, 404, 'There is no such device. Did you mean "lap-1644.contoso.com"?'],
    ['nothing like it', 'printer', {}, 404, 'There is no such device.'],
    ['an unknown hunt', 'new', { hunt: 'no-such-hunt' }, 404, 'There is no such hunt.'],
    [
      'an unknown workspace',
      'new',
      { query: '?workspace=crop' },
      404,
      'There is no such workspace. Did you mean "corp"?',
    ],
    ['an unknown parameter', 'new', { query: '?work=corp' }, 400, /workspace/],
  ])('answers a problem for %s', async (_what, device, where, status, detail) => {
    const { ask } = await aSoc();

    const answer = await ask(device, where);

    expect(answer.status).toBe(status);
    expect(answer.body['detail']).toMatch(detail);
  });
});
