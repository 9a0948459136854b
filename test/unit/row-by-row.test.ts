import { describe, expect, it } from 'vitest';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { isRowByRow } from '../../src/kql/row-by-row.ts';

describe('a row brings its device by itself', () => {
  it.each([
    'T | where A has "x | join" // | join\n| summarize min(Timestamp) by DeviceId',
    'let Since = ago(5d);\nT | where Timestamp > Since | extend B = (1 + 2) | summarize count() by DeviceId | extend C = 1 | sort by C',
    'let A = T | where X; let B = U | where Y; A | union B | summarize count() by DeviceId',
    "print DeviceId = 'a'",
  ])('in %j', (query) => {
    expect(isRowByRow(query)).toBe(true);
  });

  it.each([
    ['is counted first', 'T | summarize Count = count() by DeviceId | where Count > 3'],
    ['is joined', 'T | join kind=leftsemi U on SHA1 | summarize count() by DeviceId'],
    [
      'is looked up elsewhere',
      'let Known = U | project SHA1; T | where SHA1 in (Known) | summarize count() by DeviceId',
    ],
    ['is looked up in place', 'T | where SHA1 in ((U | project SHA1)) | summarize count() by DeviceId'],
    ['is one of the first', 'T | top 10 by Timestamp'],
    ['is the latest of its kind', 'T | summarize arg_max(Timestamp, *) by DeviceId | where State == "on"'],
    ['goes through a plugin', 'T | evaluate bag_unpack(X)'],
  ])('but not where it %s', (_what, query) => {
    expect(isRowByRow(query)).toBe(false);
  });

  it('in the hunts of LiteManager, and not in those that look for hashes seen on any device', () => {
    const library = loadHunts('hunts');
    const isSo = (slug: string): boolean => isRowByRow(library.find(slug)?.query ?? '| not there');

    expect(isSo('litemanager-file-signature')).toBe(true);
    expect(isSo('teamviewer-file-signature')).toBe(false);
    expect(library.all().filter(({ query }) => isRowByRow(query)).length).toBeGreaterThan(40);
  });
});
