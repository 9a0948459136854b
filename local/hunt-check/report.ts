import { styleText } from 'node:util';
import { codeFrame } from './code-frame.ts';
import type { Remark } from './remark.ts';

/** Beyond these, a remark is one line: what is told should fit a screen. */
const FRAMES = 6;

/** Remarks on one file, each with its place and the lines it is about. */
export function remarksText(file: string, text: string, remarks: readonly Remark[]): string {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/);
  const errors = remarks.filter(({ severity }) => severity === 'error');
  const framed = new Set([...errors, ...remarks.filter((remark) => !errors.includes(remark))].slice(0, FRAMES));
  return remarks
    .map((remark) => {
      const { severity, line, column, message, suggestion } = remark;
      const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
      const kind = styleText(severity === 'error' ? ['red', 'bold'] : ['yellow', 'bold'], severity);
      const head = `${file}:${String(line)}:${String(column)}  ${kind}  ${message}${hint}\n`;
      return framed.has(remark) ? `${head}${indented(codeFrame(lines, line, column, remark.length))}\n` : head;
    })
    .join('');
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

/** `3 hunts: 1 error, 2 warnings` */
export function summary(hunts: number, remarks: readonly Remark[]): string {
  const count = (severity: Remark['severity']): number =>
    remarks.filter((remark) => remark.severity === severity).length;
  return `${many(hunts, 'hunt')}: ${many(count('error'), 'error')}, ${many(count('warning'), 'warning')}`;
}

export const many = (count: number, what: string): string =>
  `${count === 0 ? 'no' : String(count)} ${what}${count === 1 ? '' : 's'}`;
