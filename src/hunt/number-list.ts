/** Numbers by their place, in as many bytes as their array's kind has: half a million of them are no work for the garbage collector. */
export interface NumberList<A> {
  /** 0 where none was set. */
  readonly get: (at: number) => number;
  readonly set: (at: number, value: number) => void;
  /** As it is now; at least as long as the last place that was set. */
  readonly values: A;
}

type Numbers = Uint16Array | Uint32Array | Float64Array;

export function numberList<A extends Numbers>(make: (length: number) => A, initial = make(64)): NumberList<A> {
  let values = initial;
  return {
    get: (at) => values[at] ?? 0,
    set(at, value) {
      if (at >= values.length) {
        const larger = make(Math.max(values.length, at) * 2);
        larger.set(values);
        values = larger;
      }
      values[at] = value;
    },
    get values() {
      return values;
    },
  };
}

export const shorts = (length: number): Uint16Array<ArrayBuffer> => new Uint16Array(length);
export const words = (length: number): Uint32Array<ArrayBuffer> => new Uint32Array(length);
export const doubles = (length: number): Float64Array<ArrayBuffer> => new Float64Array(length);
