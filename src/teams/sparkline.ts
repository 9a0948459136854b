import type { RunPoint } from '../hunt/case.ts';

const BARS = '▁▂▃▄▅▆▇█';

/** Devices seen per run, oldest left; `×` is a run that failed. Undefined for fewer than two runs: that is no history. */
export function sparkline(history: readonly RunPoint[]): string | undefined {
  if (history.length < 2) return undefined;
  const most = Math.max(1, ...history.map(({ devices }) => devices));
  const bar = ({ failed, devices }: RunPoint): string =>
    // Any device at all is more than the lowest bar, which stands for none.
    failed ? '×' : (BARS[devices === 0 ? 0 : Math.max(1, Math.round((devices / most) * (BARS.length - 1)))] ?? '');
  return [...history].reverse().map(bar).join('');
}
