/** Nobody here sends forms, but the Azure SDKs ask of every body whether it is one, and asking loads all of fetch. */
export class FormData {}
