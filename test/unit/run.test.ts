import { describe, expect, it } from 'vitest';
import { parseRunId, planRun, requestedRunId, scheduledRunId, scopeKeyOf } from '../../src/hunt/run.ts';
import type { HuntId, HuntScope } from '../../src/hunt/hunt.ts';
import { DAY } from '../../src/time.ts';
import { aHunt } from '../support/builders.ts';

const scope: HuntScope = { hunt: 'aa26efd1-303c-412d-8dad-a082b546871d' as HuntId, workspace: 'corp' };
const slot = new Date('2026-11-23T06:00:00.000Z');

describe('a run id', () => {
  it('of a slot is always the same, so that a slot dispatched twice is one run', () => {
    expect(scheduledRunId(scope, slot)).toBe(scheduledRunId({ ...scope }, new Date(slot)));
    expect(scheduledRunId(scope, slot)).toBe(`20261123T060000000Z-${scopeKeyOf(scope)}-slot`);
  });

  it('tells its instant and scope', () => {
    const id = requestedRunId(scope, new Date('2026-11-23T06:00:00.123Z'), 'abc123');

    expect(parseRunId(id)).toEqual({ id, at: new Date('2026-11-23T06:00:00.123Z'), scopeKey: scopeKeyOf(scope) });
  });

  it.each([
    '',
    'x',
    '../../etc',
    '20261123T060000000Z-XYZ-slot',
    '20261323T060000000Z-3fa9c1d2e4b5-slot',
    `20261123T060000000Z-3fa9c1d2e4b5-slot'`,
  ])('is not %j', (text) => {
    expect(parseRunId(text)).toBeUndefined();
  });

  it('differs between workspaces, and not with the case of the hunt id', () => {
    expect(scopeKeyOf({ ...scope, workspace: 'emea' })).not.toBe(scopeKeyOf(scope));
    expect(scopeKeyOf({ ...scope, hunt: scope.hunt.toUpperCase() as HuntId })).toBe(scopeKeyOf(scope));
  });
});

it('a run looks back from its clock, and asks for older rows that may have arrived late', () => {
  const run = planRun(
    { id: scheduledRunId(scope, slot), scope, trigger: 'schedule', asOf: slot },
    aHunt({ lookback: 5 * DAY }),
    2 * DAY,
  );

  expect(run.window).toEqual({ start: new Date('2026-11-18T06:00:00Z'), end: slot });
  expect(run.asked).toEqual({ start: new Date('2026-11-16T06:00:00Z'), end: slot });
});
