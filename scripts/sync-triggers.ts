/**
 * `npm run sync-triggers`, which `azd up` calls after it has deployed. Flex Consumption does not always notice new
 * triggers by itself; until it does, the timer does not tick. So it is asked, until it lists every function.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { functionNames } from './sync-triggers/function-names.ts';
import { syncTriggers } from './sync-triggers/sync.ts';

const { env } = process;
const needed = ['AZURE_SUBSCRIPTION_ID', 'AZURE_RESOURCE_GROUP', 'FUNCTION_APP_NAME'];
const missing = needed.filter((name) => !env[name]);
if (missing.length > 0) {
  console.error(`Set ${missing.join(', ')}: azd does it after "azd provision" or "azd env refresh".`);
  process.exit(2);
}

const manager = (env['AZURE_RESOURCE_MANAGER'] ?? 'https://management.azure.com').replace(/\/$/, '');
const [subscription = '', group = '', app = ''] = needed.map((name) => env[name]);

const result = await syncTriggers({
  site: `${manager}/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${app}`,
  // A workflow is signed in by the Azure CLI, a person by azd.
  token: env['AZURE_ACCESS_TOKEN'] || tokenOfAzd(),
  expected: functionNames(),
  attempts: 30,
  wait: () => sleep(10_000),
  say: (line) => {
    console.log(line);
  },
});
if (result.missing.length > 0) {
  console.error(`Azure does not list ${result.missing.join(', ')}. Look at the log of the app, then run this again.`);
  process.exit(1);
}
console.log(`All ${String(result.listed.length)} functions are there. ${nextStep()}`);

function nextStep(): string {
  const [appId, domain] = [env['BOT_APP_ID'], env['BOT_DOMAIN']];
  if (!appId || !domain) return '';
  return `Next: npm run teams:package -- --app-id ${appId} --domain ${domain}`;
}

function tokenOfAzd(): string {
  const answer = execFileSync('azd', ['auth', 'token', '--scope', `${manager}/.default`, '--output', 'json'], {
    encoding: 'utf8',
    // Its words, if it has any, are for whoever reads ours.
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (JSON.parse(answer) as { readonly token: string }).token;
}
