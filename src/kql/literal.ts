/**
 * A text as a KQL literal. Whatever it holds stays text: quotes, backslashes and everything that is no printable ASCII
 * become escapes, of which every one is made of letters and digits.
 */
export const kqlText = (text: string): string =>
  `'${text.replace(/[^ !#-&(-[\]-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;

export const kqlTexts = (texts: readonly string[]): string => `dynamic([${texts.map(kqlText).join(',')}])`;
