/** One delivery of one message in a process of its own, which somebody may kill at any moment. */
import { runOrder, runPoisoned, MAX_DELIVERIES } from '../../src/functions/on-queue.ts';
import { readRunMessage } from '../../src/azure/run-queue.ts';
import { silentLog } from '../support/silent-log.ts';
import { calm } from './fault.ts';
import { azuriteStorage } from './azurite-storage.ts';
import { aBot, notifierOf } from './lane.ts';
import { startProcess } from './process.ts';

const [tablesUrl = '', teamsUrl = '', table = '', clock = '', deliveries = '', message = ''] = process.argv.slice(2);
const now = (): Date => new Date(clock);
const bot = aBot();
// Loaded before the word that the work begins: the killer wants to meet the work.
await bot();
const { services } = await startProcess({
  lane: { storage: azuriteStorage(tablesUrl, []), notifier: () => notifierOf(bot, teamsUrl, now, 10_000) },
  name: 'worker',
  table,
  plan: calm(),
  now,
  send: () => undefined,
  log: silentLog,
});
const order = readRunMessage(message);
if (!order) throw new Error('That is no message.');
process.send?.('at work');
try {
  const delivery = Number(deliveries);
  await (delivery > MAX_DELIVERIES ? runPoisoned(order, services) : runOrder(order, delivery, services));
  process.exit(0);
} catch {
  process.exit(1);
}
