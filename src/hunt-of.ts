import { CANARY_HUNT, isCanary } from './hunt/canary.ts';
import type { Hunt, HuntScope } from './hunt/hunt.ts';
import type { Services } from './services.ts';

/** The hunt of a scope: one of the folder, or the canary, which stands in none. Undefined when it is not loaded any more. */
export const huntOf = (scope: HuntScope, { hunts }: Pick<Services, 'hunts'>): Hunt | undefined =>
  isCanary(scope) ? CANARY_HUNT : hunts.find(scope.hunt);
