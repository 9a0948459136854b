/** The requests of a run by a bare HTTP client in a process of its own, which reads the answers and throws them away. */
import { readFileSync } from 'node:fs';
import { closeAgent, floor, type Recorded } from './meter.ts';

export interface FloorResult {
  readonly seconds: number;
  readonly cpu: number;
}

const lines = readFileSync(process.argv[2] ?? '', 'utf8').split('\n');
const requests = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
const before = process.cpuUsage();
const seconds = await floor(requests);
const { user, system } = process.cpuUsage(before);
closeAgent();
process.send?.({ seconds, cpu: (user + system) / 1e6 } satisfies FloorResult, () => process.exit(0));
