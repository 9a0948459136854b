import type { TurnContext } from 'botbuilder';

/** The part of the SDK's connector client that its types hide. */
interface ConnectorPipeline {
  readonly client: {
    readonly pipeline: {
      removePolicy(policy: { readonly name: string }): unknown;
      addPolicy(policy: {
        readonly name: string;
        sendRequest<R>(request: { abortSignal?: AbortSignal }, next: (request: object) => Promise<R>): Promise<R>;
      }): void;
    };
  };
}

/**
 * The SDK repeats a POST after every 5xx and waits as long as Retry-After says: a lost answer would post a card twice,
 * and a card given up would still arrive. No option reaches that policy, but every turn has a client of its own.
 */
export function sendOnce({ adapter, turnState }: TurnContext, signal: AbortSignal): void {
  const { pipeline } = turnState.get<ConnectorPipeline>(adapter.ConnectorClientKey).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.addPolicy({
    name: 'firstsightDeadline',
    sendRequest: (request, next) => {
      request.abortSignal = signal;
      return next(request);
    },
  });
}
