/** Nobody here sends forms, but the Azure SDKs ask of every body whether it is one, and asking loads all of fetch. */
export function FormData() {
  throw new Error('Forms are left out of the bundle.');
}
