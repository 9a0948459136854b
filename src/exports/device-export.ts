import { lifeOf } from '../hunt/life.ts';
import type { DeviceRecord } from '../services.ts';
import { csvTable } from './csv.ts';
import { ndjson, type Format } from './format.ts';
import { stixBundle, type StixSource } from './stix.ts';

/** A device as programs get it. Times are ISO 8601 UTC. */
export function deviceJson(device: DeviceRecord, lastComplete: Date | undefined): Record<string, unknown> {
  const { state: life, since, daysThere } = lifeOf(device, lastComplete);
  const { id, name, firstSeen, lastSeen, run, state } = device;
  return {
    device: device.device,
    deviceId: id,
    deviceName: name,
    firstSeen,
    lastSeenDay: lastSeen.toISOString().slice(0, 10),
    run,
    state,
    life,
    lifeSince: since,
    daysThere,
  };
}

const HEADER = ['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeenDay', 'State', 'Run', 'Life', 'LifeSince', 'DaysThere'];

export function deviceFile(
  format: Exclude<Format, 'json'>,
  devices: readonly DeviceRecord[],
  source: StixSource,
  lastComplete: Date | undefined,
): string {
  switch (format) {
    case 'csv':
      return csvTable(
        HEADER,
        devices.map((device) => {
          const { id, name, firstSeen, lastSeen, state, run } = device;
          const life = lifeOf(device, lastComplete);
          return [
            ...[id, name, firstSeen.toISOString(), lastSeen.toISOString().slice(0, 10), state, run],
            ...[life.state, life.since.toISOString(), String(life.daysThere ?? '')],
          ];
        }),
      );
    case 'ndjson':
      return ndjson(devices.map((device) => deviceJson(device, lastComplete)));
    case 'stix':
      return JSON.stringify(stixBundle(source, devices));
  }
}
