import { hash } from 'node:crypto';
import type { Hunt } from '../hunt/hunt.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import { techniqueUrl } from '../teams/card-parts.ts';
import type { DeviceRecord } from '../services.ts';

/** Of our own: the standard's namespace is for observables only. */
const NAMESPACE = 'd3b0c1f0-5b7e-5f0a-9a53-0f1257516741';

export interface StixSource {
  readonly hunt: Hunt;
  readonly workspace: string;
  /** When the baseline was founded: since when the hunt speaks for itself. */
  readonly since: Date;
  /** What the bundle was made from; the same content has the same id. */
  readonly revision: string;
}

/**
 * A STIX 2.1 bundle: the hunt as an indicator, and a sighting of it on every device. All ids follow from what they name, so
 * that a platform that takes the bundle twice has it once.
 */
export function stixBundle(source: StixSource, devices: readonly DeviceRecord[]): Record<string, unknown> {
  const { hunt, workspace, since, revision } = source;
  const scope = scopeKeyOf({ hunt: hunt.id, workspace });
  const ourselves = identity('firstsight', 'Firstsight', 'system', since);
  const indicator = {
    ...common('indicator', `${scope}\n${hash('sha256', hunt.query, 'hex')}`, since, since),
    created_by_ref: ourselves.id,
    name: hunt.name,
    ...(hunt.description !== '' && { description: hunt.description }),
    indicator_types: ['anomalous-activity'],
    pattern: hunt.query,
    pattern_type: 'kql',
    valid_from: since.toISOString(),
    ...(hunt.techniques.length > 0 && { external_references: hunt.techniques.map(attack) }),
  };
  return {
    type: 'bundle',
    id: stixId('bundle', `${scope}\n${revision}\n${devices.map(({ device }) => device).join('\n')}`),
    objects: [
      ourselves,
      indicator,
      ...devices.flatMap((device) => sighting(device, scope, ourselves.id, indicator.id)),
    ],
  };
}

function sighting(device: DeviceRecord, scope: string, by: string, of: string): Record<string, unknown>[] {
  const { firstSeen, lastSeen, id } = device;
  // The ledger keeps the day it was last seen, which begins before anything of that day.
  const last = lastSeen > firstSeen ? lastSeen : firstSeen;
  const where = {
    ...identity(`${scope}\n${device.device}`, device.name || id || device.device, 'system', firstSeen),
    ...(id !== '' && { external_references: [{ source_name: 'microsoft-defender', external_id: id }] }),
  };
  return [
    where,
    {
      ...common('sighting', `${scope}\n${device.device}`, firstSeen, last),
      created_by_ref: by,
      first_seen: firstSeen.toISOString(),
      last_seen: last.toISOString(),
      sighting_of_ref: of,
      where_sighted_refs: [where.id],
    },
  ];
}

function common<T extends string>(type: T, name: string, created: Date, modified: Date) {
  return {
    type,
    spec_version: '2.1',
    id: stixId(type, name),
    created: created.toISOString(),
    modified: modified.toISOString(),
  } as const;
}

const identity = (name: string, title: string, kind: string, at: Date) => ({
  ...common('identity', name, at, at),
  name: title,
  identity_class: kind,
});

function attack(technique: string): Record<string, unknown> {
  const url = techniqueUrl(technique);
  return { source_name: 'mitre-attack', external_id: technique, ...(url !== undefined && { url }) };
}

const stixId = (type: string, name: string): string => `${type}--${uuidV5(`${type}\n${name}`)}`;

/** RFC 9562, version 5: a UUID that follows from a name. */
function uuidV5(name: string): string {
  const bytes = hash(
    'sha1',
    Buffer.concat([Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'), Buffer.from(name)]),
    'buffer',
  );
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
