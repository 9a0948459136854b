/** One life of a function app: loads it as the worker does, calls one function, prints when what was done, and dies. */
import { pathToFileURL } from 'node:url';
import { installFunctionsCore } from '../../local/function-host/core.ts';

const [main = '', call = '', cloud = '', message = ''] = process.argv.slice(2);
const core = installFunctionsCore(() => undefined);
const mark = () => ({ at: performance.timeOrigin + performance.now(), resident: process.memoryUsage.rss() });

if (main !== '') await import(pathToFileURL(main).href);
const registered = { ...mark(), functions: core.functions.size };
const fn = core.functions.get(call);
if (fn) {
  const { redirectHttps } = await import('../../local/redirect.ts');
  redirectHttps(() => true, new URL(cloud));
  await core.invoke(fn, call === 'schedule' ? { json: '{"IsPastDue":false}' } : { string: message });
}
process.stdout.write(`\n@${JSON.stringify({ registered, done: mark() })}\n`);
process.exit(0);
