import { describe, expect, it } from 'vitest';
import { toldIn, type Message } from '../faults/duplicates.ts';
import type { FaultKind, Place, Strike } from '../faults/fault.ts';

const strike = (place: Place, kind: FaultKind): Strike => ({ place, kind, at: 1 });
const message = (faultsBefore: number, struck = false): Message => ({
  posted: {
    method: 'POST',
    path: '/',
    activity: { attachments: [{ contentType: 'card', content: 'dev-901.contoso.com' }] },
  },
  faultsBefore,
  struck,
});

describe('a device in two messages', () => {
  it('is a repetition that needs a reason', () => {
    expect(toldIn([message(0), message(0)], [])).toMatchObject({
      repeated: 1,
      unexplained: ['REPEATED dev-901 without a doubt'],
    });
  });

  it.each([
    ['its answer was lost', [strike('teams', 'dropAfter')], message(1, true)],
    ['the process died before it could store that it was told', [strike('storage', 'killBefore')], message(0)],
    ['the word that it was told was in doubt', [strike('storage', 'stall')], message(0)],
    ['storage refused that word as often as it was repeated', Array(3).fill(strike('storage', 'status')), message(0)],
  ] as const)('is explained when %s', (_why, happened: readonly Strike[], first) => {
    expect(toldIn([first, message(happened.length)], happened)).toMatchObject({ repeated: 1, unexplained: [] });
  });

  it.each([
    ['what was lost was lost before the first', [strike('storage', 'stall')], message(1)],
    ['Teams has refused a message, which is none', [strike('teams', 'status')], message(0)],
    ['the workspace answered too late, which tells nobody', [strike('workspace', 'delay')], message(0)],
    ['storage refused once what is said three times', [strike('storage', 'status')], message(0)],
  ] as const)('is not when %s', (_why, happened: readonly Strike[], first) => {
    expect(toldIn([first, message(happened.length)], happened).unexplained).toHaveLength(1);
  });

  it('needs a reason for each repetition', () => {
    const happened = [strike('teams', 'dropAfter')];

    expect(toldIn([message(1, true), message(1), message(1)], happened)).toMatchObject({ repeated: 2 });
    expect(toldIn([message(1, true), message(1), message(1)], happened).unexplained).toHaveLength(1);
  });
});
