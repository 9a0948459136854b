import { registerFunctions, type FunctionApp } from '../../src/functions/register.ts';

/** The functions as the program registers them. */
export function functionNames(): readonly string[] {
  const names: string[] = [];
  const note = (name: string): void => void names.push(name);
  const app: FunctionApp = { http: note, timer: note, storageQueue: note };
  const never = () => Promise.reject(new Error('Nothing is run here.'));
  registerFunctions(app, never, { log: { info: note, warn: note, error: note }, redact: (text) => text });
  return names;
}
