import type { HttpRequest } from '@azure/functions';
import type { Viewer } from '../board/viewer.ts';
import type { Services } from '../services.ts';
import type { BoardOptions } from './program.ts';

/** What a request of the board is answered from. */
export interface BoardRequest {
  readonly request: HttpRequest;
  readonly viewer: Viewer;
  readonly options: BoardOptions;
  readonly services: Services;
}
