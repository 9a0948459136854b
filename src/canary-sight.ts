import type { ReadRows } from './hunt/answer.ts';
import { CANARY_MARK } from './hunt/canary.ts';
import { deviceKeyOf, type DeviceKey } from './hunt/device-key.ts';

/** What an answer showed of a canary. */
export interface Sight {
  seen: boolean;
  /** False: the reader could not take what it was given; the answer is not to blame. */
  readable: boolean;
}

/** The same reader; whether it is given a canary, and whether it can take it, is noted on the way. */
export const seeing =
  <T>(read: ReadRows<T>, sight: Sight, saw: (device: DeviceKey) => void): ReadRows<T> =>
  () => {
    const reader = read();
    const taking = <R>(take: () => R): R => {
      try {
        return take();
      } catch (error) {
        sight.readable = false;
        throw error;
      }
    };
    return {
      columns(columns) {
        taking(() => {
          reader.columns(columns);
        });
      },
      row(cells) {
        for (const cell of cells) {
          if (typeof cell !== 'string' || !cell.startsWith(CANARY_MARK)) continue;
          sight.seen = true;
          saw(deviceKeyOf(cell, ''));
        }
        taking(() => {
          reader.row(cells);
        });
      },
      end: (partial) => taking(() => reader.end(partial)),
    };
  };
