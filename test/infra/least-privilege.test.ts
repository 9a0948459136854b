import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFiles, readSources } from '../../scripts/bicep/check.ts';
import type { BicepFile } from '../../scripts/bicep/file.ts';
import type { Statement } from '../../scripts/bicep/syntax.ts';
import { bodyOf, propertyOf, walk } from '../../scripts/bicep/walk.ts';
import { registerFunctions, type FunctionApp } from '../../src/functions/register.ts';
import { RUN_QUEUE } from '../../src/azure/queue-name.ts';
import { silentLog } from '../support/silent-log.ts';

/** Built-in roles by id: what each lets its holder do, and the kind of thing it is granted on here. */
const GRANTED: Readonly<Record<string, readonly [string, string]>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': ['Storage Blob Data Owner', 'account'],
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': ['Storage Queue Data Contributor', 'account'],
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': ['Storage Table Data Contributor', 'account'],
  '3913510d-42f4-4e42-8a64-420c390055eb': ['Monitoring Metrics Publisher', 'insights'],
  '4633458b-17de-408a-b874-0445c86b69e6': ['Key Vault Secrets User', 'webhook or password'],
  '3b03c2da-16b3-4a49-8834-0f8130efdd3b': ['Log Analytics Data Reader', 'workspace'],
  '73c42c96-874c-492b-b04d-ab87d138a893': ['Log Analytics Reader', 'workspace, where the narrower one is missing'],
};

let files: ReadonlyMap<string, BicepFile>;
beforeAll(async () => {
  files = await readFiles(readSources('infra'));
});

const textOf = (file: string): string => readFileSync(file, 'utf8');
const textsIn = (file: BicepFile | undefined, name: string): readonly string[] => {
  const value = file?.vars.get(name)?.value;
  return value
    ? [...walk(value)].flatMap((part) => (part.kind === 'text' && part.value !== undefined ? [part.value] : []))
    : [];
};

/** The line above a grant, or, where it grants each role of a list, the lines above the roles. */
function reasonsFor({ at, value }: Statement, lines: readonly string[]): string {
  if (value?.kind !== 'for') return lines[at.line - 2] ?? '';
  return lines.flatMap((line, i) => (/^\s*'[0-9a-f]{8}-/.test(line) ? [lines[i - 1] ?? ''] : [])).join('\n');
}

describe('the identity', () => {
  it('gets these roles and no other', () => {
    const ids = [...files.keys()].flatMap(
      (file) => textOf(file).match(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g) ?? [],
    );

    expect(new Set(ids)).toEqual(new Set(Object.keys(GRANTED)));
  });

  it('gets each on one resource, never on a group or a subscription, and it is said why', () => {
    const grants = [...files.values()].flatMap((file) =>
      [...file.resources.values()]
        .filter(({ of }) => of?.startsWith('Microsoft.Authorization/roleAssignments@'))
        .map((grant) => ({ file, grant, body: bodyOf(grant.value) })),
    );

    expect(grants.length).toBeGreaterThanOrEqual(5);
    for (const { file, grant, body } of grants) {
      const scope = propertyOf(body, 'scope');
      expect(scope?.kind === 'name' && file.resources.has(scope.name), `${file.path} ${grant.name}`).toBe(true);
      expect(reasonsFor(grant, textOf(file.path).split('\n')), `${file.path} ${grant.name}`).toMatch(
        /^(?:.*Why: .*\n?)+$/,
      );
      expect(propertyOf(propertyOf(body, 'properties'), 'principalType')).toMatchObject({ value: 'ServicePrincipal' });
    }
  });

  it('is used by nobody with a key: shared keys, local sign-in and passwords of deployments are off', () => {
    expect(textOf('infra/modules/storage.bicep')).toContain('allowSharedKeyAccess: false');
    expect(textOf('infra/modules/monitoring.bicep')).toContain('DisableLocalAuth: true');
    expect(textOf('infra/modules/bot.bicep')).toContain('disableLocalAuth: true');
    expect(textOf('infra/modules/function-app.bicep')).toMatch(/\['scm', 'ftp'\][^]*allow: false/);
    for (const file of files.keys()) expect(textOf(file)).not.toMatch(/listKeys|AccountKey|InstrumentationKey/);
  });
});

it('the tables and queues of the template are those of the program', () => {
  const written = textOf('src/azure/storage-clients.ts').match(/(?<=table\(')\w+/g) ?? [];
  const storage = files.get('infra/modules/storage.bicep');

  expect(textsIn(storage, 'tableNames').toSorted()).toEqual(written.toSorted());
  expect(textsIn(storage, 'queueNames')).toEqual([RUN_QUEUE, `${RUN_QUEUE}-poison`]);
});

describe('where Entra guards the app', () => {
  const pathsOf = (name: string): readonly string[] =>
    textsIn(files.get('infra/modules/api-authentication.bicep'), name);

  it('exactly the paths stay open that the platform lets anybody call', () => {
    const open: string[] = [];
    const app: FunctionApp = {
      http: (_name, { route = '', authLevel }) => {
        if (authLevel === 'anonymous') open.push(`/api/${route.replace(/\{.*\}/, '*')}`);
      },
      timer: () => undefined,
      storageQueue: () => undefined,
    };
    registerFunctions(app, () => Promise.reject(new Error('unused')), { log: silentLog, redact: (text) => text });

    expect(open.length).toBeGreaterThan(3);
    expect(new Set([...pathsOf('openPaths'), ...pathsOf('boardPaths')])).toEqual(new Set(open));
  });

  it('the board stays closed when people sign in, since an open path takes anybody’s word for who they are', () => {
    const text = textOf('infra/modules/api-authentication.bicep');

    expect(text).toContain('excludedPaths: signsPeopleIn ? openPaths : concat(openPaths, boardPaths)');
    expect(pathsOf('openPaths').filter((one) => one.includes('board'))).toEqual([]);
    expect(textOf('infra/main.bicep')).toContain("boardAuth == 'entra' && empty(entraClientId) ? 'off'");
  });
});
