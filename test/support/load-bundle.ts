/** Loads a built app as the Functions worker does and prints what it registered: a process of its own, as registering is global. */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installFunctionsCore } from '../../local/function-host/core.ts';

/** Every module that is loaded, by its address. */
const chunks: string[] = [];
registerHooks({
  load(url, context, next) {
    chunks.push(url);
    return next(url, context);
  },
});

/** How often somebody made code from text, or tried whether they may. */
let codeFromText = 0;
const counted = (make: () => object): object => {
  codeFromText += 1;
  return make();
};
globalThis.Function = new Proxy(Function, {
  construct: (target, parts) => counted(() => Reflect.construct(target, parts) as object),
  apply: (target, self, parts) => counted(() => Reflect.apply(target, self, parts) as object),
});

const folder = process.argv[2] ?? 'out';
const core = installFunctionsCore(() => undefined);
await import(pathToFileURL(path.resolve(folder, 'main.mjs')).href);

const atRegistration = [...chunks];

/** Timer and queue, as an app without settings answers them: by an error that the host logs. */
const failures: Record<string, string> = {};
for (const name of ['schedule', 'run', 'runFailed']) {
  const fn = core.functions.get(name);
  const message = { v: 1, id: '20261123T060000000Z-000000000000-slot', hunt: 'h', workspace: 'w', trigger: 'schedule' };
  const data =
    name === 'schedule'
      ? { json: '{"IsPastDue":false}' }
      : { json: JSON.stringify({ ...message, asOf: '2026-11-23T06:00:00.000Z' }) };
  if (fn)
    await core.invoke(fn, data).catch((error: unknown) => {
      failures[name] = error instanceof Error ? error.name : String(error);
    });
}

const health = core.functions.get('status');
const answer =
  health &&
  (await core.invoke(health, {
    http: {
      method: 'GET',
      url: 'http://localhost/api/status',
      nullableHeaders: {},
      nullableParams: {},
      nullableQuery: {},
    },
  }));
console.log(
  JSON.stringify({
    functions: Object.fromEntries([...core.functions.values()].map(({ name, bindings }) => [name, bindings])),
    health: {
      status: answer?.statusCode,
      body: Buffer.from(answer?.body?.bytes ?? answer?.body?.string ?? '').toString(),
    },
    codeFromText,
    failures,
    atRegistration,
    chunks,
  }),
);
process.exit(0);
