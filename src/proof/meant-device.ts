import { deviceKeyOf, isDeviceKey, type DeviceKey } from '../hunt/device-key.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { formerNames } from '../hunt/life.ts';
import { nearest } from '../nearest.ts';
import type { DeviceRecord, Services } from '../services.ts';

/** Names compared for a near miss; comparing is quadratic in their length. */
const COMPARED = 20_000;

/** The device that somebody means by its key, id or name, in one hunt and workspace. */
export type Meant =
  { readonly device: DeviceKey } | { readonly near?: string; readonly several?: readonly DeviceRecord[] };

/** By key or id without reading the others; by name, also a former one or the host's part of it, by reading them all. */
export async function meantDevice(
  text: string,
  scope: HuntScope,
  { ledger }: Pick<Services, 'ledger'>,
): Promise<Meant> {
  const wanted = text.trim().toLowerCase();
  // Devices that hunts know by their name have an empty id: nothing must not mean one of them.
  if (wanted === '') return {};
  const keys = [...(isDeviceKey(wanted) ? [wanted] : []), deviceKeyOf(text, text)];
  for (const key of keys) {
    const [known] = await ledger.find(key, [scope]);
    if (known) return { device: known.device.device };
  }
  const found: DeviceRecord[] = [];
  const others = new Set<string>();
  for await (const device of ledger.devices(scope)) {
    if (isCalled(device, wanted)) found.push(device);
    else if (others.size < COMPARED) others.add(device.name);
  }
  const [only, another] = found;
  if (only && !another) return { device: only.device };
  if (only) return { several: found };
  const near = nearMiss(wanted, others);
  return near === undefined ? {} : { near };
}

/** A name that holds the wanted text, else one close to it; people leave the domain out, so the host's part counts, too. */
function nearMiss(wanted: string, names: ReadonlySet<string>): string | undefined {
  const holds = [...names].find((name) => name.toLowerCase().includes(wanted));
  if (holds !== undefined) return holds;
  const byHost = new Map([...names].map((name) => [hostOf(name), name]));
  return nearest(wanted, names) ?? byHost.get(nearest(hostOf(wanted), byHost.keys()) ?? '');
}

const hostOf = (name: string): string => name.split('.')[0] ?? '';

/** By id, by full name, by the host's part of it, or by what it was called before. */
export function isCalled(device: DeviceRecord, wanted: string): boolean {
  if (device.id.trim().toLowerCase() === wanted) return true;
  return [device.name, ...formerNames(device)].some((name) => {
    const own = name.trim().toLowerCase();
    return own === wanted || (!wanted.includes('.') && hostOf(own) === wanted);
  });
}
