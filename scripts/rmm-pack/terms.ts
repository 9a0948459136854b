/** As KQL's `has`: between signs that are neither letters nor digits. */
export const hasTerms = (text: string, terms: string): boolean =>
  new RegExp(`(?<![\\p{L}\\p{N}])${terms.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'iu').test(text);
