/**
 * Where each character of a YAML text stands in its source. Blocks lose their indentation, folded and plain texts their
 * line ends, quoted texts their escapes; but never does YAML change, add or move anything but blanks otherwise. So the
 * two are walked side by side, from one sign that is no blank to the next.
 */
export function textPlaces(source: string, from: number, value: string): (offset: number) => number {
  const places = new Int32Array(value.length + 1);
  let at = startOf(source, from);
  const quote = source.charAt(from);
  for (let i = 0; i < value.length; i += 1) {
    const sign = value.charAt(i);
    if (isBlank(sign)) {
      places[i] = at;
      if (source.charAt(at) === sign && sign !== '\n') at += 1;
      continue;
    }
    const found = quote === '"' ? nextInQuotes(source, at, sign) : nextPlain(source, at);
    places[i] = found.start;
    // In single quotes a quote is doubled.
    at = found.end + (sign === "'" && quote === "'" ? 1 : 0);
  }
  places[value.length] = at;
  return (offset) => places[Math.min(Math.max(0, offset), value.length)] ?? from;
}

const isBlank = (sign: string): boolean => /\s/.test(sign);

/** Behind the header of a block (`|2- # why`) or an opening quote. */
function startOf(source: string, from: number): number {
  const first = source.charAt(from);
  if (first === '|' || first === '>') return source.indexOf('\n', from) + 1;
  return first === '"' || first === "'" ? from + 1 : from;
}

interface Found {
  readonly start: number;
  readonly end: number;
}

function nextPlain(source: string, from: number): Found {
  let start = from;
  while (start < source.length && isBlank(source.charAt(start))) start += 1;
  return { start, end: start + 1 };
}

function nextInQuotes(source: string, from: number, sign: string): Found {
  for (let start = from; start < source.length;) {
    const escape = /^\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|\r?\n|[\s\S])/.exec(
      source.slice(start, start + 10),
    );
    const end = start + (escape?.[0].length ?? 1);
    const isGap = escape ? /^\\[\sntr]/.test(escape[0]) && !isBlank(sign) : isBlank(source.charAt(start));
    if (!isGap) return { start, end };
    start = end;
  }
  return { start: from, end: from };
}
