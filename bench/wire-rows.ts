/** Answers as Log Analytics writes them, with as many devices as somebody wants. */
export const WIRE_COLUMNS = [
  ['DeviceId', 'string'],
  ['DeviceName', 'string'],
  ['FirstSeen', 'datetime'],
  ['LastSeen', 'datetime'],
  ['Report', 'dynamic'],
  ['Count', 'long'],
].map(([name = '', type = '']) => ({ name, type }));

/** Forty hex digits, as Defender's are. */
export const idOf = (n: number): string => (n * 2_654_435_761).toString(16).padStart(40, 'a');

/** 160 bytes a row, as the service's are. */
export const rowOf = (n: number): string =>
  `["${idOf(n)}","wks-${String(n).padStart(6, '0')}.contoso.com","2026-11-20T06:00:00Z","2026-11-22T18:30:12.1234567Z","[${String(10_000 + n)}]",3]`;

export const BEFORE_ROWS = `{"tables":[{"name":"PrimaryResult","columns":${JSON.stringify(WIRE_COLUMNS)},"rows":[`;
export const AFTER_ROWS = ']}]}';

export const answerBytes = (devices: number): Buffer =>
  Buffer.from(`${BEFORE_ROWS}${Array.from({ length: devices }, (_, n) => rowOf(n)).join(',')}${AFTER_ROWS}`);
