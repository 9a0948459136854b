/** Charts as inline SVG: one path for each kind of bar, so that a page of 120 of them stays small. */
import type { TrendPoint } from '../../board/trend.ts';
import { MARKED_RUNS } from '../../hunt/history.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { DAY } from '../../time.ts';
import { markup, type Html } from '../html.ts';

const STEP = 4;
const BAR = 3;
const HEIGHT = 24;

/** Devices matched and new, of the last thirty runs, the latest right. A cross is a run that failed. */
export function trendChart(trend: readonly TrendPoint[]): Html | string {
  if (trend.length === 0) return '';
  const most = Math.max(1, ...trend.map(({ devices, news }) => Math.max(devices, news)));
  const offset = (MARKED_RUNS - trend.length) * STEP;
  const paths = { seen: '', news: '', fail: '', part: '' };
  trend.forEach(({ devices, news, failed, partial }, i) => {
    const x = offset + i * STEP;
    const tall = (count: number): number =>
      // Any device at all must show.
      count === 0 ? 0 : Math.max(2, Math.round((count / most) * HEIGHT));
    paths.seen += bar(x, tall(devices));
    paths.news += bar(x, tall(news));
    if (partial) paths.part += bar(x, 2);
    if (failed) paths.fail += `M${String(x)} ${String(HEIGHT - 4)}l3 3m0-3l-3 3`;
  });
  const part = (name: keyof typeof paths): Html | string =>
    paths[name] === '' ? '' : markup`<path class="${name}" d="${paths[name]}" />`;
  return markup`<svg class="chart" viewBox="0 0 ${MARKED_RUNS * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${trendWords(trend)}">${part('seen')}${part('news')}${part('part')}${part('fail')}</svg>`;
}

const bar = (x: number, height: number): string =>
  height === 0 ? '' : `M${String(x)} ${String(HEIGHT)}v-${String(height)}h${String(BAR)}v${String(height)}z`;

function trendWords(trend: readonly TrendPoint[]): string {
  const latest = trend.at(-1);
  const news = trend.reduce((sum, point) => sum + point.news, 0);
  const failed = trend.filter((point) => point.failed).length;
  const partial = trend.filter((point) => point.partial).length;
  return [
    `${plural(trend.length, 'run')}: ${plural(latest?.devices ?? 0, 'device')} at the last`,
    `${String(news)} new or returning in all`,
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(partial > 0 ? [`${String(partial)} partial`] : []),
  ].join(', ');
}

export const trendKey = markup`<p class="key">Charts: the last ${MARKED_RUNS} runs, the latest right.
  <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="seen" width="10" height="10" /></svg>devices matched
  <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="news" width="10" height="10" /></svg>new or returning
  <svg viewBox="0 0 10 10" aria-hidden="true"><path class="fail" d="M1 1l8 8m0-8l-8 8" /></svg>failed</p>`;

const TALL = 60;

/** Newly seen devices a day, with the same as a table for whoever reads and does not look. */
export function timeline(counts: readonly number[], now: Date): Html {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(...counts, 1);
  const dayAt = (i: number): Date => new Date(now.getTime() - (counts.length - 1 - i) * DAY);
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 1 : Math.max(3, Math.round((count / most) * TALL));
    const rect = markup`<rect class="${count === 0 ? 'zero' : 'news'}" x="${i * 10 + 1}" y="${TALL - height}" width="8" height="${height}">${
      count === 0 ? '' : markup`<title>${day(dayAt(i))}: ${plural(count, 'new device')}</title>`
    }</rect>`;
    return rect;
  });
  const busy = counts.flatMap((count, i) => (count === 0 ? [] : [[dayAt(i), count] as const])).reverse();
  const words = `Newly seen devices of the last ${String(counts.length)} days: ${String(total)} in all, ${String(Math.max(...counts, 0))} on the busiest day.`;
  return markup`<svg class="time" viewBox="0 0 ${counts.length * 10} ${TALL}" preserveAspectRatio="none" role="img" aria-label="${words}">${bars}</svg>
    <div class="axis" aria-hidden="true">
      <span>${day(dayAt(0))}</span><span>at most ${most} a day</span><span>${day(now)}</span>
    </div>
    ${
      busy.length === 0
        ? markup`<p class="soft">No new device in ${counts.length} days.</p>`
        : markup`<details id="days">
            <summary class="soft small">As a list</summary>
            <ul class="list">
              ${busy.map(([at, count]) => markup`<li>${day(at)}: ${plural(count, 'new device')}</li>`)}
            </ul>
          </details>`
    }`;
}
