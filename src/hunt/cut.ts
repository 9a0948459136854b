/** Texts from outside are cut where they are only shown; no character is cut in two. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : [...text.slice(0, length * 2)].slice(0, length).join('');
