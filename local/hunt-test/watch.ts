import { statSync, watch } from 'node:fs';
import path from 'node:path';

/** An editor that saves writes several times; what follows within this time is one change. */
const QUIET_MS = 80;

/**
 * Calls back with the paths that somebody has just saved, until it is ended. Folders are watched, not files: an editor
 * that saves puts another file in the place of the old one.
 */
export function watchHunts(paths: readonly string[], changed: (files: readonly string[]) => void): () => void {
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const report = (): void => {
    const files = [...pending].sort();
    pending.clear();
    changed(files);
  };
  const isWatched = (file: string): boolean =>
    /\.ya?ml$/i.test(file) && paths.some((given) => file === path.normalize(given) || isBelow(file, given));
  const watchers = paths.map((given) => {
    const recursive = statSync(given).isDirectory();
    const folder = recursive ? given : path.dirname(given);
    return watch(folder, { recursive }, (_event, name) => {
      const file = path.join(folder, name ?? '');
      if (!isWatched(file)) return;
      pending.add(file);
      clearTimeout(timer);
      timer = setTimeout(report, QUIET_MS);
    });
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

const isBelow = (file: string, folder: string): boolean => !path.relative(folder, file).startsWith('..');
