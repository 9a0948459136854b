import { ARRAYS } from './arrays.ts';
import { BAGS } from './bags.ts';
import { CONDITIONS } from './conditions.ts';
import { CONVERSIONS } from './conversions.ts';
import { ENCODING } from './encoding.ts';
import type { Family } from './family.ts';
import { FORMATS } from './formats.ts';
import { MATH } from './math.ts';
import { NETWORK } from './network.ts';
import { PARSING } from './parsing.ts';
import { PERIODS } from './periods.ts';
import { REGEX } from './regex.ts';
import { SETS } from './sets.ts';
import { TEXT } from './text.ts';
import { TIME } from './time.ts';

/** Every scalar function that this engine knows. */
export const FUNCTIONS: Readonly<Record<string, Family>> = {
  ...ARRAYS,
  ...BAGS,
  ...CONDITIONS,
  ...CONVERSIONS,
  ...ENCODING,
  ...FORMATS,
  ...MATH,
  ...NETWORK,
  ...PARSING,
  ...PERIODS,
  ...REGEX,
  ...SETS,
  ...TEXT,
  ...TIME,
};
