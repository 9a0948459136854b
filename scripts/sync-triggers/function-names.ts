import { registerFunctions, type FunctionApp } from '../../src/functions/register.ts';

/** The functions as the program registers them. */
export function functionNames(): readonly string[] {
  const names: string[] = [];
  const note = (name: string): void => void names.push(name);
  const app: FunctionApp = { http: note, timer: note, storageQueue: note };
  const nobody = (): void => undefined;
  registerFunctions(app, () => Promise.reject(new Error('Nothing is run here.')), {
    log: { info: nobody, warn: nobody, error: nobody },
    redact: (text) => text,
  });
  return names;
}
