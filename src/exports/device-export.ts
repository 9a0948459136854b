import type { DeviceRecord } from '../services.ts';
import { csvTable } from './csv.ts';
import { ndjson, type Format } from './format.ts';
import { stixBundle, type StixSource } from './stix.ts';

/** A device as programs get it. Times are ISO 8601 UTC. */
export function deviceJson(device: DeviceRecord): Record<string, unknown> {
  const { id, name, firstSeen, lastSeen, run, state } = device;
  return {
    device: device.device,
    deviceId: id,
    deviceName: name,
    firstSeen,
    lastSeenDay: lastSeen.toISOString().slice(0, 10),
    run,
    state,
  };
}

const HEADER = ['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeenDay', 'State', 'Run'];

export function deviceFile(
  format: Exclude<Format, 'json'>,
  devices: readonly DeviceRecord[],
  source: StixSource,
): string {
  switch (format) {
    case 'csv':
      return csvTable(
        HEADER,
        devices.map(({ id, name, firstSeen, lastSeen, state, run }) => [
          id,
          name,
          firstSeen.toISOString(),
          lastSeen.toISOString().slice(0, 10),
          state,
          run,
        ]),
      );
    case 'ndjson':
      return ndjson(devices.map(deviceJson));
    case 'stix':
      return JSON.stringify(stixBundle(source, devices));
  }
}
