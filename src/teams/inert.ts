/**
 * Text from devices, made safe to show. Teams expands `{{DATE(…)}}` even in a text run, renders bidi controls and hides
 * zero-width characters; everything else is inert there, since a text run is never read as Markdown.
 */
export function inert(text: string, length = 64): string {
  const clean = text
    // Cut before normalising: a name may be a megabyte long.
    .slice(0, length * 8)
    .normalize('NFKC')
    // Default_Ignorable covers fillers and selectors that count as letters or marks; U+2800 is a letter without ink.
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    // Every brace of a run: of three, breaking the first pair alone would leave a second one.
    .replace(/\{(?=\{)/g, '{ ')
    .replace(/\}(?=\})/g, '} ');
  const points = [...clean];
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : clean;
}
