import { unsupported, type Scalar } from './compile.ts';
import { dynamicText, isNumericKind, kindOf, numberIn } from './dynamics.ts';
import type { Comparison, Operands } from './operands.ts';
import { readText } from './text-values.ts';
import type { Value } from './values.ts';

type Read = (value: Value) => Value;

/**
 * A dynamic against a value of a type: against a text it is the text that it is written as, against a number or a bool
 * what it holds. What becomes of one that holds something else, such as the text "1" against 1, is not established.
 */
export function dynamicComparison(sign: string, compare: Comparison, operands: Operands): Scalar | undefined {
  const { left, right, types, place, scope } = operands;
  const other = types[0] === 'dynamic' ? types[1] : types[0];
  const isEquality = /^(?:==|!=|<>)$/.test(sign);
  const refusal = (kind: string): Error =>
    unsupported(place, `${sign} between a dynamic ${kind} and a ${other}`, scope);
  const reader = readerOf(other, isEquality, refusal);
  if (!reader) return undefined;
  const [first, second] = types.map((type): Read => (type === 'dynamic' ? reader : (value) => value)) as [Read, Read];
  return (row, env) => compare(first(left(row, env)), second(right(row, env)));
}

/** No number and no bool. */
const NOTHING_EQUAL = NaN;

function readerOf(other: string, isEquality: boolean, refusal: (kind: string) => Error): Read | undefined {
  switch (other) {
    case 'string':
      if (!isEquality) return undefined;
      return (value) => {
        const text = dynamicText(value);
        if (text === undefined) throw refusal(kindOf(value));
        return text;
      };
    case 'long':
    case 'int':
    case 'real':
    case 'bool':
      return (value) => {
        const kind = kindOf(value);
        if (kind === 'null') return null;
        if (other === 'bool' ? kind === 'bool' : isNumericKind(kind)) return other === 'bool' ? value : numberIn(value);
        if (kind === 'string' && isEquality && readText(value as string, other) === null) return NOTHING_EQUAL;
        throw refusal(kind);
      };
    default:
      return undefined;
  }
}
