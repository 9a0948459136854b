import type { Sighting } from '../hunt/sighting.ts';
import { instant, plural } from './card-parts.ts';
import type { Element, TextRun } from './card-types.ts';
import { line, run, table } from './elements.ts';
import { inert } from './inert.ts';

/** What to call a device. A name may consist of characters that nobody can see; then the id has to do. */
export const nameOf = ({ name, id }: Pick<Sighting, 'name' | 'id'>): string =>
  inert(name, 80) || inert(id, 80) || 'a device without a readable name';

/**
 * A device a row: its number and name, when it was seen first, why it stands here and how often it matched.
 * The first `rows` of the devices are shown; the rest of `total` is counted.
 */
export function deviceTable<T extends Sighting>(
  devices: readonly T[],
  total: number,
  rows: number,
  verdict: (device: T) => TextRun,
  title = 'Verdict',
): Element[] {
  const shown = devices.slice(0, rows);
  const names = shown.map(nameOf);
  const cells = shown.map((device, i) => {
    const name = nameOf(device);
    // Names are chosen by whoever owns the device; of two alike only the id tells which is which.
    const twin = device.id !== '' && names.indexOf(name) !== names.lastIndexOf(name);
    return [
      line([
        run(`${String(i + 1)}. `, { isSubtle: true, size: 'Small' }),
        run(name, { weight: 'Bolder' }, 80),
        ...(twin ? [run(` ${device.id}`, { size: 'Small', isSubtle: true }, 40)] : []),
      ]),
      line([run(instant(device.firstSeen), { size: 'Small' })]),
      line([
        verdict(device),
        ...(device.count === undefined ? [] : [run(` ${device.count.toLocaleString('en')}×`, { size: 'Small' })]),
      ]),
    ];
  });
  const rest = total - shown.length;
  return [
    ...(shown.length === 0 ? [] : [table([5, 3, 3], ['Device', 'First seen (UTC)', title], cells)]),
    ...(rest > 0
      ? [line([run(`and ${plural(rest, 'more device', 'more devices')}, not shown here`, { isSubtle: true })])]
      : []),
  ];
}
