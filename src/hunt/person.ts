/** Somebody who did something. */
export interface Person {
  /** Entra's object id; `link` for somebody who followed a signed link and whose name nobody has checked. */
  readonly id: string;
  /** As Teams or the person gave it: shown, never trusted. */
  readonly name: string;
}

/** The {@link Person.id} of people who act by a signed link. */
export const BY_LINK = 'link';

/** The {@link Person.id} of people who act on the board with its key. */
export const BY_BOARD_KEY = 'board-key';
