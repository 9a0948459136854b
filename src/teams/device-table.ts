import type { Sighting } from '../hunt/sighting.ts';
import { instant, plural } from './card-parts.ts';
import { line, run, table, type Element, type TextRun } from './elements.ts';
import { inert } from './inert.ts';

/** What to call a device. A name may consist of characters that nobody can see; then the id has to do. */
export const nameOf = ({ name, id }: Sighting): string =>
  inert(name, 80) || inert(id, 80) || 'a device without a readable name';

/**
 * A device a row: its name, when it was seen, why it stands here and how often it matched.
 * The first `rows` of the devices are shown; the rest of `total` is counted.
 */
export function deviceTable<T extends Sighting>(
  devices: readonly T[],
  total: number,
  rows: number,
  verdict: (device: T) => TextRun,
): Element[] {
  const shown = devices.slice(0, rows);
  const names = shown.map(nameOf);
  const cells = shown.map((device) => {
    const name = nameOf(device);
    // Names are chosen by whoever owns the device; of two alike only the id tells which is which.
    const twin = device.id !== '' && names.indexOf(name) !== names.lastIndexOf(name);
    return [
      line([
        run(name, { weight: 'Bolder' }, 80),
        ...(twin ? [run(` ${device.id}`, { size: 'Small', isSubtle: true }, 40)] : []),
      ]),
      line([run(`${instant(device.firstSeen)} – ${instant(device.lastSeen)}`, { size: 'Small' })]),
      line([
        verdict(device),
        ...(device.count === undefined ? [] : [run(` ${device.count.toLocaleString('en')}×`, { size: 'Small' })]),
      ]),
    ];
  });
  const rest = total - shown.length;
  return [
    ...(shown.length === 0 ? [] : [table([5, 4, 2], ['Device', 'First – last seen (UTC)', 'Matches'], cells)]),
    ...(rest > 0
      ? [line([run(`and ${plural(rest, 'more device', 'more devices')}, not shown here`, { isSubtle: true })])]
      : []),
  ];
}
