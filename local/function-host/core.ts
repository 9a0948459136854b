/**
 * What the Functions worker puts in the place of the module `@azure/functions-core`. The real `@azure/functions` registers
 * with it and converts every request and answer itself, so what runs here is what runs in Azure.
 */
import { randomUUID } from 'node:crypto';
import Module from 'node:module';

export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly direction: string;
  readonly [property: string]: unknown;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly trigger: Binding;
  readonly metadata: unknown;
  readonly callback: unknown;
}

/** A value as the host and the worker exchange it: one of `string`, `json`, `http`, … is set. */
export type TypedData = Readonly<Record<string, unknown>>;

export interface HttpAnswer {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
}

interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: readonly unknown[] }>;
  invokeFunction(context: unknown, inputs: readonly unknown[], callback: unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ readonly returnValue?: { readonly http?: HttpAnswer } }>;
}
interface ProgrammingModel {
  getInvocationModel(core: unknown): InvocationModel;
}
interface Registration {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Omit<Binding, 'name'>>>;
}

export type HostLog = (level: string, message: string, functionName?: string) => void;

export interface FunctionsCore {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** One invocation; throws what the handler throws. */
  invoke(
    fn: RegisteredFunction,
    data: TypedData,
    triggerMetadata?: Readonly<Record<string, TypedData>>,
  ): Promise<HttpAnswer | undefined>;
  /** Gives `require` back. */
  uninstall(): void;
}

/** Installs the module. Call it before `@azure/functions` registers anything: it asks once. */
export function installFunctionsCore(log: HostLog): FunctionsCore {
  const functions = new Map<string, RegisteredFunction>();
  let model: ProgrammingModel | undefined;
  const api = {
    version: '3.99.0-local',
    hostVersion: '4.99.0-local',
    Disposable,
    registerFunction(metadata: Registration, callback: unknown) {
      const fn = registered(metadata, callback);
      if (functions.has(fn.name)) throw new Error(`A function called "${fn.name}" is registered already.`);
      functions.set(fn.name, fn);
      return new Disposable();
    },
    registerHook: () => new Disposable(),
    setProgrammingModel(given: ProgrammingModel) {
      model = given;
    },
    getProgrammingModel: () => model,
    log: (level: string, category: string, message: string) => {
      if (category === 'user') log(level, message);
    },
  };

  // The worker itself intercepts require in this way; @azure/functions is CommonJS, whatever imports it.
  const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
  const original = prototype.require;
  prototype.require = function (id) {
    return id === '@azure/functions-core' ? api : original.call(this, id);
  };

  return {
    functions,
    uninstall: () => {
      prototype.require = original;
    },
    async invoke(fn, data, triggerMetadata = {}) {
      if (!model) throw new Error('No programming model is set: nothing has been registered through @azure/functions.');
      const invocationId = randomUUID();
      const invocation = model.getInvocationModel({
        invocationId,
        metadata: fn.metadata,
        state: undefined,
        request: {
          invocationId,
          functionId: fn.name,
          inputData: [{ name: fn.trigger.name, data }],
          triggerMetadata,
          traceContext: {},
        },
        log: (level: string, category: string, message: string) => {
          if (category === 'user') log(level, message, fn.name);
        },
      });
      const { context, inputs } = await invocation.getArguments();
      const result = await invocation.invokeFunction(context, inputs, fn.callback);
      return (await invocation.getResponse(context, result)).returnValue?.http;
    },
  };
}

class Disposable {
  dispose(): void {
    // Nothing here is ever taken back.
  }
}

function registered(metadata: Registration, callback: unknown): RegisteredFunction {
  const name = metadata.functionId ?? metadata.name;
  const bindings = Object.entries(metadata.bindings).map(
    ([bound, binding]) => ({ ...binding, name: bound }) as Binding,
  );
  const trigger = bindings.find(({ type }) => /trigger$/i.test(type));
  if (!trigger) throw new Error(`The function "${name}" has no trigger.`);
  return { name, bindings, trigger, metadata: { ...metadata, functionId: name }, callback };
}
