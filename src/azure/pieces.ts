export interface Pieces {
  /** Keeps a copy of what is left of a piece: its own memory may be used again for the next one. */
  keep(rest: Buffer): void;
  /** What was kept and this, together; valid until the next call. */
  with(piece: Buffer): Buffer;
}

/** Two pieces as they come from a socket. */
const USUAL = 128 * 1024;

/** Puts what a piece left unread in front of the next piece, in memory that is used again: a buffer for each is the collector's work. */
export function pieces(): Pieces {
  let memory = Buffer.allocUnsafeSlow(USUAL);
  let waiting = 0;
  return {
    keep(rest) {
      if (rest.length > memory.length) memory = Buffer.allocUnsafeSlow(rest.length * 2);
      memory.set(rest);
      waiting = rest.length;
    },
    with(piece) {
      if (waiting === 0) return piece;
      const length = waiting + piece.length;
      if (length > memory.length) memory = Buffer.concat([memory.subarray(0, waiting)], length * 2);
      memory.set(piece, waiting);
      waiting = 0;
      return memory.subarray(0, length);
    },
  };
}
