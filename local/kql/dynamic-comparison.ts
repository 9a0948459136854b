import type { Comparison, Operands } from './operands.ts';
import { unsupported, type Scalar } from './compile.ts';
import { kindOf, numberIn, type DynamicKind } from './dynamics.ts';
import type { Value } from './values.ts';

/** The kinds of values that a type's values are like inside a dynamic. */
const ALIKE: Readonly<Record<string, readonly DynamicKind[]>> = {
  string: ['string'],
  long: ['long', 'real'],
  int: ['long', 'real'],
  real: ['long', 'real'],
  bool: ['bool'],
};

/**
 * A dynamic against a value: a value of the same kind inside compares as itself, and a null as null. What becomes of one
 * of another kind, such as the text "1" against the number 1, is not established.
 */
export function dynamicComparison(sign: string, compare: Comparison, operands: Operands): Scalar | undefined {
  const { left, right, types, place, scope } = operands;
  if (types.some((type) => type !== 'dynamic' && !Object.hasOwn(ALIKE, type))) return undefined;
  const read = (value: Value, type: string, other: Value, otherType: string): Value => {
    if (type !== 'dynamic') return value;
    const kind = kindOf(value);
    const kinds = otherType === 'dynamic' ? ALIKE[kindOf(other)] : ALIKE[otherType];
    if (kind === 'null' || (otherType === 'dynamic' && kindOf(other) === 'null')) {
      // Texts have no null: whether a missing one equals the empty text is not established.
      if (other === '' || (kind !== 'null' && (kind === 'array' || kind === 'bag'))) throw refusal(kind, otherType);
      return kind === 'null' ? null : scalarIn(value, kind);
    }
    if (!kinds?.includes(kind)) throw refusal(kind, otherType === 'dynamic' ? kindOf(other) : otherType);
    return scalarIn(value, kind);
  };
  const refusal = (kind: string, other: string): Error =>
    unsupported(place, `${sign} between a dynamic ${kind} and ${other === 'null' ? 'null' : `a ${other}`}`, scope);
  return (row, env) => {
    const [a, b] = [left(row, env), right(row, env)];
    return compare(read(a, types[0], b, types[1]), read(b, types[1], a, types[0]));
  };
}

const scalarIn = (value: Value, kind: DynamicKind): Value =>
  kind === 'real' || kind === 'long' ? numberIn(value) : value;
