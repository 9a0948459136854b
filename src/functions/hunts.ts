import { json, type Endpoint } from './endpoint.ts';
import { huntJson } from './json-views.ts';

/** GET /api/hunts: every hunt with how it stands, and every file that does not load. */
export const listHunts: Endpoint = async (_request, services) => {
  const states = await services.runs.scopes();
  return json(200, {
    hunts: services.hunts.all().map((hunt) => huntJson(hunt, states, services)),
    problems: services.hunts.problems(),
    warnings: services.hunts.warnings(),
  });
};
