import type { Severity } from '../hunt/hunt.ts';
import { nearest } from '../nearest.ts';
import type { Fields } from './fields.ts';
import { SEVERITIES } from './hunt-schema.ts';

export function readSeverity(fields: Fields): Severity {
  const text = (fields.text('severity') ?? 'medium').toLowerCase();
  const severity = text === 'informational' ? 'low' : SEVERITIES.find((one) => one === text);
  if (severity === undefined)
    fields.problem('severity', `"severity" is one of ${SEVERITIES.join(', ')}`, nearest(text, SEVERITIES));
  return severity ?? 'medium';
}
