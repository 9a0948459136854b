import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSettings } from '../../src/settings.ts';

const sample = (
  JSON.parse(readFileSync('local.settings.sample.json', 'utf8')) as { readonly Values: Record<string, string> }
).Values;

it('the sample names every setting that the program reads', () => {
  const source = ['settings', 'teams-settings', 'board-settings']
    .map((file) => readFileSync(`src/${file}.ts`, 'utf8'))
    .join('\n');
  const read = [
    ...source.matchAll(
      /(?:text|readTimespan|readNumber|readDays|readSchedule|readCanary|readOrigin)\(env, '([A-Za-z_]+)'/g,
    ),
  ].map(([, name]) => name);

  expect(read.length).toBeGreaterThan(10);
  // Azure itself sets its host's name and the endpoint of the identity.
  expect(Object.keys(sample)).toEqual(
    expect.arrayContaining(read.filter((name) => !/^(?:WEBSITE|IDENTITY)_/.test(name ?? ''))),
  );
});

it('the operating guide explains every setting of the sample that the program reads', () => {
  const guide = readFileSync('docs/operating.md', 'utf8');
  const local = /^(LOCAL_|DEMO_|FUNCTIONS_WORKER_RUNTIME)/;

  for (const name of Object.keys(sample).filter((setting) => !local.test(setting)))
    expect(guide).toContain(name.replace('AzureWebJobsStorage__', '__'));
});

it('the sample works as it is', () => {
  expect([...readSettings(sample).workspaces.keys()]).toEqual(['contoso']);
});
