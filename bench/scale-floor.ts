/** The requests of a run by a bare HTTP client in a process of its own, which reads the answers and throws them away. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { closeAgent, floor, type Recorded } from './meter.ts';

export interface FloorResult {
  readonly seconds: number;
  readonly cpu: number;
}

// A founding of 500,000 devices sends more than fits into one text.
const requests: Recorded[] = [];
for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? '') }))
  requests.push(JSON.parse(line) as Recorded);
const before = process.cpuUsage();
const seconds = await floor(requests);
const { user, system } = process.cpuUsage(before);
closeAgent();
process.send?.({ seconds, cpu: (user + system) / 1e6 } satisfies FloorResult, () => process.exit(0));
