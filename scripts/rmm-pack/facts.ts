import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A name that files of a tool are signed with. */
export interface Signer {
  readonly value: string;
  /** `lolrmm:anydesk.yaml`: the collection, and where in it. */
  readonly sources: readonly string[];
}

/** By what files of a tool are told from others of the same signer. */
export interface Shared {
  /** What to ask the signer for. */
  readonly ask: readonly string[];
  /** What else is signed with it. */
  readonly others: string;
  /** Product names, company names and file names; a `*` stands for any characters. */
  readonly products?: readonly string[];
  readonly companies?: readonly string[];
  readonly files?: readonly string[];
}

export interface Tool {
  readonly name: string;
  readonly slug: string;
  readonly vendor: string;
  readonly website: string;
  readonly techniques: readonly string[];
  readonly signers: readonly Signer[];
  /** What to ask the signer for; absent where no signer is usable. */
  readonly ask?: readonly string[];
  readonly shared?: Shared;
  /** Why there is no hunt. */
  readonly why?: string;
  /** Signers that collections name and that are not asked for. */
  readonly leftOut?: readonly { readonly value: string; readonly why: string }[];
  readonly note?: string;
}

export interface Collection {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly address: string;
}

export interface Facts {
  readonly collections: Readonly<Record<string, Collection>>;
  readonly tools: readonly Tool[];
}

export const readFacts = (): Facts =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'tools.json'), 'utf8')) as Facts;

/** Tools that a signature can find. */
export const huntable = ({ tools }: Facts): readonly Tool[] => tools.filter(({ ask }) => ask !== undefined);

/** The collections that name a signer, without repetition. */
export const collectionsOf = (signers: readonly Signer[]): readonly string[] =>
  [...new Set(signers.flatMap(({ sources }) => sources.map((source) => source.replace(/:.*/, ''))))].sort();

/** How sure it is that a tool is found: by how many collections name one of its signers. */
export function confidence({ signers }: Tool): 'several collections' | 'one collection' {
  return signers.some((signer) => collectionsOf([signer]).length > 1) ? 'several collections' : 'one collection';
}
