import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly environment?: string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const texts = new Map(readdirSync(FOLDER).map((file) => [file, readFileSync(`${FOLDER}/${file}`, 'utf8')]));
const workflows = [...texts].map(([file, text]) => [file, parse(text) as Workflow] as const);
const jobs = workflows.flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => [`${file} ${name}`, job] as const),
);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Record<string, string> };

describe.each(workflows)('%s', (_file, { on, permissions }) => {
  it('may read the repository and nothing else, unless a job says more', () => {
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('is never run with the rights of this repository for a change from outside', () => {
    expect(Object.keys(on)).not.toContain('pull_request_target');
    expect(Object.keys(on)).not.toContain('workflow_run');
  });
});

describe.each(jobs)('%s', (_name, job) => {
  it('ends by itself', () => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  it('puts nothing from outside into a script, where it would be run', () => {
    for (const { run } of job.steps) expect(run ?? '').not.toContain('${{');
  });

  it('installs exactly what the lock file says', () => {
    for (const { run } of job.steps) expect(run ?? '').not.toMatch(/npm (?:i|install|update|exec)\b|npx /);
  });

  it('runs scripts that there are', () => {
    for (const { run } of job.steps)
      for (const [, script = ''] of (run ?? '').matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(Object.keys(scripts)).toContain(script);
  });

  it('leaves no token behind in the working copy', () => {
    for (const { uses, with: inputs } of job.steps)
      if (uses?.startsWith('actions/checkout@') === true) expect(inputs?.['persist-credentials']).toBe(false);
  });

  it('shows secrets only to the steps that need them', () => {
    for (const step of job.steps)
      if (JSON.stringify(step).includes('secrets.')) expect(step.run).toContain('deploy:parameters');
  });
});

it('every action is pinned to a commit, and its version stands beside it', () => {
  const used = [...texts.values()].flatMap((text) =>
    [...text.matchAll(/uses: (.+)/g)].map(([, action = '']) => action),
  );

  expect(used.length).toBeGreaterThan(10);
  for (const action of used) expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

it('Azure is reached without a secret, and only by the jobs that deploy', () => {
  const signedIn = jobs.filter(([, { steps }]) => steps.some(({ uses }) => uses?.startsWith('azure/login@') === true));

  expect(signedIn.map(([name]) => name)).toEqual(['deploy.yml what-if', 'deploy.yml deploy']);
  for (const [, job] of signedIn) {
    expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(job.environment).toMatch(/^azure/);
    expect(JSON.stringify(job)).not.toMatch(/creds|client-secret/);
  }
});

it('every variable of the parameter file reaches the deployment', () => {
  const deploy = texts.get('deploy.yml') ?? '';
  for (const [, name = ''] of readFileSync('infra/main.parameters.json', 'utf8').matchAll(/\$\{(\w+)/g))
    expect(deploy).toMatch(new RegExp(`${name}: \\$\\{\\{ (?:vars|secrets)\\.${name} \\}\\}`));
});

it('everything is tried on the three systems and both versions of Node', () => {
  const ci = workflows.find(([file]) => file === 'ci.yml')?.[1];

  expect(ci?.jobs['check']).toMatchObject({
    strategy: { matrix: { os: ['ubuntu-latest', 'windows-latest', 'macos-latest'], node: [22, 24] } },
  });
});
