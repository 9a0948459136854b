import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_DELIVERIES } from '../../src/functions/on-queue.ts';
import { readSettings } from '../../src/settings.ts';

interface HostJson {
  readonly logging: { readonly applicationInsights: { readonly samplingSettings: { readonly excludedTypes: string } } };
  readonly functionTimeout: string;
  readonly extensions: {
    readonly queues: {
      readonly maxDequeueCount: number;
      readonly batchSize: number;
      readonly newBatchThreshold: number;
    };
  };
}
const host = JSON.parse(readFileSync('host.json', 'utf8')) as HostJson;

it('a run may never last as long as the function time-out, after which the host kills the whole process', () => {
  const [hours = 0, minutes = 0, seconds = 0] = host.functionTimeout.split(':').map(Number);
  const timeout = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const longest = readSettings({
    WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    TEAMS_AUTH: 'anonymous',
    RUN_TIMEOUT: '25m',
  });

  expect(longest.policy.runTimeout).toBeLessThan(timeout);
});

it('the host gives up on a message when the program expects it to', () => {
  expect(host.extensions.queues.maxDequeueCount).toBe(MAX_DELIVERIES);
});

it('one instance never runs more hunts at once than Log Analytics grants one identity', () => {
  expect(host.extensions.queues.batchSize + host.extensions.queues.newBatchThreshold).toBeLessThanOrEqual(5);
});

it('no line that an alert waits for is sampled away', () => {
  const kept = host.logging.applicationInsights.samplingSettings.excludedTypes.split(';');

  expect(kept).toEqual(expect.arrayContaining(['Trace', 'Request', 'Exception']));
});
