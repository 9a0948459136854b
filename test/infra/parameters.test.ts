import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveParameters } from '../../scripts/bicep/parameters.ts';

const file = readFileSync('infra/main.parameters.json', 'utf8');
const REQUIRED = {
  AZURE_ENV_NAME: 'soc',
  AZURE_LOCATION: 'westeurope',
  FIRSTSIGHT_WORKSPACES: 'corp=/subscriptions/x',
};
const valuesOf = (env: Record<string, string>) =>
  Object.fromEntries(Object.entries(resolveParameters(file, env).parameters).map(([name, { value }]) => [name, value]));

describe('the parameters of a deployment', () => {
  it('come from the environment, or are the defaults that stand in the file', () => {
    expect(valuesOf(REQUIRED)).toMatchObject({
      environmentName: 'soc',
      workspaces: 'corp=/subscriptions/x',
      hunts: '*',
      huntSchedule: '0 0 6 * * *',
      teamsAuth: 'managed-identity',
      teamsWebhookUrl: '',
      privateNetworking: false,
    });
    expect(valuesOf({ ...REQUIRED, FIRSTSIGHT_PRIVATE_NETWORKING: 'true', FIRSTSIGHT_HUNTS: 'rmm/*' })).toMatchObject({
      privateNetworking: true,
      hunts: 'rmm/*',
    });
  });

  it('name every variable that is missing at once', () => {
    expect(() => valuesOf({ AZURE_LOCATION: 'westeurope' })).toThrow(
      'Set AZURE_ENV_NAME, FIRSTSIGHT_WORKSPACES; infra/README.md says what each means.',
    );
  });

  it('take a value as it is, whatever stands in it', () => {
    const hostile = 'a"b$&\\n${AZURE_LOCATION}';

    expect(valuesOf({ ...REQUIRED, FIRSTSIGHT_OPERATORS: hostile })['operators']).toBe(hostile);
  });

  it('are explained in the guide, each by its variable', () => {
    const guide = readFileSync('infra/README.md', 'utf8');
    for (const [, name = ''] of file.matchAll(/\$\{(FIRSTSIGHT_\w+)/g)) expect(guide).toContain(`\`${name}\``);
  });
});
