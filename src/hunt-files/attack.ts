/** ATT&CK's tactics in Sentinel's spelling. */
export const TACTICS = [
  'Reconnaissance',
  'ResourceDevelopment',
  'InitialAccess',
  'Execution',
  'Persistence',
  'PrivilegeEscalation',
  'DefenseEvasion',
  'CredentialAccess',
  'Discovery',
  'LateralMovement',
  'Collection',
  'CommandAndControl',
  'Exfiltration',
  'Impact',
  'PreAttack',
  'ImpairProcessControl',
  'InhibitResponseFunction',
] as const;

const folded = (text: string): string => text.replace(/[\s_-]/g, '').toLowerCase();

/** `Command and Control` and `commandandcontrol` are one tactic; undefined when the name is none of ATT&CK's. */
export const tacticOf = (name: string): string | undefined => TACTICS.find((tactic) => folded(tactic) === folded(name));

/** `t1219` → `T1219`, `T1574.002`; undefined when it is no technique's number. */
export const techniqueOf = (name: string): string | undefined =>
  /^T\d{4}(?:\.\d{3})?$/i.test(name) ? name.toUpperCase() : undefined;
