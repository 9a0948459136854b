import type { Expression } from './syntax.ts';

/** An expression and everything in it. */
export function* walk(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* walk(part);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'text':
      return expression.parts;
    case 'array':
      return expression.items;
    case 'object':
      return expression.entries.flatMap(({ keyTree, value }) => (keyTree ? [keyTree, value] : [value]));
    case 'for':
      return [expression.over, expression.body];
    case 'if':
      return [expression.test, expression.body];
    case 'call':
      return expression.inputs;
    case 'member':
      return [expression.of];
    case 'index':
      return [expression.of, expression.by];
    case 'choice':
      return [expression.test, expression.yes, expression.no];
    case 'operation':
      return expression.operands;
    case 'lambda':
      return [expression.body];
    case 'number':
    case 'boolean':
    case 'null':
    case 'name':
      return [];
  }
}

/** What a loop or a condition repeats or allows: the object itself. */
export function bodyOf(expression: Expression | undefined): Expression | undefined {
  if (expression?.kind === 'for' || expression?.kind === 'if') return bodyOf(expression.body);
  return expression;
}

/** The value of a property that is written out. */
export const propertyOf = (object: Expression | undefined, name: string): Expression | undefined =>
  object?.kind === 'object' ? object.entries.find(({ key }) => key === name)?.value : undefined;
