import { randomUUID } from 'node:crypto';
import type { Services } from '../services.ts';
import { checkLink, signedQuery, type LinkVerdict } from '../signed-links.ts';
import { HOUR } from '../time.ts';
import type { Viewer } from './viewer.ts';

/** How long a form may stay open before it is sent. */
export const FORM_LIFETIME = HOUR;

/** Fields that let one viewer send one form once; another site can neither guess nor read them. No form has others so called. */
export type FormSeal = Readonly<Record<'once' | 'ends' | 'seal', string>>;

const subjectOf = ({ id }: Viewer, once: string): string => `board\n${id}\n${once}`;

export async function sealForms(viewer: Viewer, { links, now }: Pick<Services, 'links' | 'now'>): Promise<FormSeal> {
  const once = randomUUID();
  const until = new Date(now().getTime() + FORM_LIFETIME);
  const signed = new URLSearchParams(signedQuery(await links.key(), 'act', subjectOf(viewer, once), until));
  return { once, ends: signed.get('until') ?? '', seal: signed.get('sig') ?? '' };
}

export async function checkForm(
  fields: URLSearchParams,
  viewer: Viewer,
  { links, now }: Pick<Services, 'links' | 'now'>,
): Promise<LinkVerdict | 'used'> {
  const once = (fields.get('once') ?? '').slice(0, 100);
  const signature = { until: fields.get('ends'), sig: fields.get('seal') };
  const verdict = checkLink(await links.key(), 'act', subjectOf(viewer, once), signature, now());
  if (verdict !== 'valid') return verdict;
  return (await links.useOnce(once, new Date(now().getTime() + FORM_LIFETIME))) ? 'valid' : 'used';
}
