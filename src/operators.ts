/** Entra object ids of those who may act, in lower case; absent: everybody who can see what there is to do. */
export type Operators = ReadonlySet<string> | undefined;

export const isOperator = (objectId: string, operators: Operators): boolean =>
  !operators || operators.has(objectId.toLowerCase());
