import { nearest } from '../../src/nearest.ts';
import type { Diagnostic } from '../kql/diagnose.ts';
import { SCHEMAS, type Dialect } from '../schemas/device-tables.ts';
import { nearestName } from './nearest-name.ts';
import type { QueryRemark } from './remark.ts';

type Words = Pick<QueryRemark, 'message'> & Partial<QueryRemark>;

/** What is wrong with a name that the binder does not know, and what was meant. */
export function unknownInWords(query: string, error: Diagnostic, dialect: Dialect): Words | undefined {
  const name = query.slice(error.start, error.start + error.length);
  if (error.code === 'KS142') return unknownColumn(query, name, error, dialect);
  if (error.code === 'KS204') return unknownTable(name, error, dialect);
  return error.code === 'KS211' ? unknownFunction(name, error, dialect) : undefined;
}

const suggesting = (message: string, suggestion: string | undefined): Words => ({
  message,
  ...(suggestion !== undefined && { suggestion }),
});

function unknownColumn(query: string, name: string, { inScope }: Diagnostic, dialect: Dialect): Words {
  const here = columnsOf(query, dialect);
  if (!here.includes(name) && columnsOf(query, OTHER[dialect]).includes(name))
    return { message: `"${name}" is a column in ${SPOKEN[OTHER[dialect]]} only, not in ${SPOKEN[dialect]}` };
  const suggestion = nearestName(name, [...inScope.columns, ...inScope.variables]);
  const isGone = here.includes(name) && inScope.columns.length > 0;
  return isGone
    ? suggesting(`"${name}" is no column any more: what comes before leaves ${listed(inScope.columns)}`, suggestion)
    : suggesting(`there is no column "${name}" here`, suggestion);
}

function unknownTable(name: string, { inScope }: Diagnostic, dialect: Dialect): Words {
  if (SCHEMAS[OTHER[dialect]][name])
    return { message: `"${name}" is a table in ${SPOKEN[OTHER[dialect]]} only, not in ${SPOKEN[dialect]}` };
  // Tables are called much like each other; only a slip of the finger is taken for one.
  const suggestion = nearest(name, [...Object.keys(SCHEMAS[dialect]), ...inScope.variables], 2);
  if (suggestion !== undefined) return { message: `there is no table "${name}"`, suggestion };
  const how = `with hunts/schemas/${name}.json what is asked of it is checked too`;
  return { severity: 'warning', message: `the columns of "${name}" are not known here; ${how}` };
}

function unknownFunction(name: string, { inScope }: Diagnostic, dialect: Dialect): Words {
  const isDefenders = OF_ADVANCED_HUNTING.includes(name);
  if (isDefenders && dialect === 'log-analytics')
    return { message: `${name}() is a function of advanced hunting; a workspace has none` };
  const suggestion = nearestName(name, [
    ...COMMON.filter((known) => inScope.functions.includes(known)),
    ...inScope.functions,
  ]);
  if (suggestion !== undefined && !isDefenders && !name.startsWith('_'))
    return { message: `there is no function ${name}()`, suggestion };
  return {
    severity: 'warning',
    message: `${name}() is no function of KQL itself; nothing that comes from it is checked`,
  };
}

/** Functions that Defender adds to the language. */
const OF_ADVANCED_HUNTING: readonly string[] = ['FileProfile', 'DeviceFromIP', 'AssignedIPAddresses', 'SeenBy'];
/** Of two names equally near, one of these is meant. */
const COMMON: readonly string[] = 'count dcount min max make_set arg_max ago now tostring bin iff strcat'.split(' ');

const OTHER = { 'log-analytics': 'advanced-hunting', 'advanced-hunting': 'log-analytics' } as const;
const SPOKEN: Readonly<Record<Dialect, string>> = {
  'log-analytics': 'Log Analytics',
  'advanced-hunting': 'advanced hunting',
};

/** The columns of every table that the query names. */
const columnsOf = (query: string, dialect: Dialect): readonly string[] =>
  Object.entries(SCHEMAS[dialect])
    .filter(([table]) => new RegExp(`\\b${table}\\b`).test(query))
    .flatMap(([, columns]) => columns.map(({ name }) => name));

const listed = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${String(names.length - 5)} more`;
