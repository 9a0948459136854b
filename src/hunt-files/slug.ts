/** `rmm/Remote desktop.yaml` → `remote-desktop`, which needs no quoting in an address or a header. */
export function slugOf(file: string): string {
  const name = (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/i, '').toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
}
