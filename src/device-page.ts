/** A page of a listing, of the devices that somebody wants. */
import type { DeviceKey } from './hunt/device-key.ts';
import type { DeviceListing, DeviceRecord } from './services.ts';

/** A filter that little matches must not read a million devices for one page; the next page goes on where it stopped. */
export const MOST_LOOKED_AT = 20_000;
const MOST_A_REQUEST = 1_000;

export interface DevicePage {
  readonly devices: readonly DeviceRecord[];
  /** The last device looked at, where there are more: the next page begins behind it. */
  readonly next?: DeviceKey;
}

export interface DevicePageWish {
  readonly limit: number;
  readonly after?: DeviceKey;
  readonly wanted?: (device: DeviceRecord) => boolean;
}

export async function devicePage(
  listing: DeviceListing,
  { limit, after, wanted }: DevicePageWish,
): Promise<DevicePage> {
  const pageSize = wanted ? MOST_A_REQUEST : Math.min(limit + 1, MOST_A_REQUEST);
  const devices: DeviceRecord[] = [];
  let looked = 0;
  let last: DeviceKey | undefined;
  for await (const device of listing.devices({ pageSize, ...(after !== undefined && { after }) })) {
    if (last !== undefined && (devices.length === limit || looked === MOST_LOOKED_AT)) return { devices, next: last };
    looked += 1;
    last = device.device;
    if (!wanted || wanted(device)) devices.push(device);
  }
  return { devices };
}
