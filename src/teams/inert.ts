/**
 * Text from devices, made safe to show. Teams expands `{{DATE(…)}}` even in a text run, renders bidi controls and hides
 * zero-width characters; everything else is inert there, since a text run is never read as Markdown.
 */
export function inert(text: string, length = 64): string {
  const clean = text
    // Cut before normalising: a name may be a megabyte long.
    .slice(0, length * 8)
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('{{', '{ {')
    .replaceAll('}}', '} }');
  const points = [...clean];
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : clean;
}
