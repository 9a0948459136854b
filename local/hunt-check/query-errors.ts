import type { Diagnosis, Diagnostic } from '../kql/diagnose.ts';
import type { Dialect } from '../schemas/device-tables.ts';
import type { QueryRemark } from './remark.ts';
import { stepAt, stepsOf, type Step } from './steps.ts';
import { syntaxInWords } from './syntax-words.ts';
import { unknownInWords } from './unknown-names.ts';

/** What the binder found, in the words of a colleague: the causes, not what follows from them. */
export function queryErrors(query: string, { errors }: Diagnosis, dialect: Dialect): readonly QueryRemark[] {
  const steps = stepsOf(query);
  const placed = errors.map((error): Placed => ({ error, step: stepAt(steps, error.start) }));
  const causes: Placed[] = [];
  // What the parser stumbles over explains what the binder then cannot make sense of, even before that place.
  for (const found of [...placed.filter(isSyntax), ...placed.filter((one) => !isSyntax(one))]) {
    const earlier = causes.filter(({ step }) => step?.statement === found.step?.statement);
    if (!earlier.some((cause) => follows(found, cause))) causes.push(found);
  }
  return causes.sort((a, b) => a.error.start - b.error.start).map(({ error }) => inWords(query, error, dialect));
}

interface Placed {
  readonly error: Diagnostic;
  readonly step: Step | undefined;
}

const SYNTAX = /^KS(?:00\d|17[456]|198|228)$/;
const UNKNOWN_SOURCE = /^KS(?:204|211)$/;
const UNCLOSED = /^(?:Expected|Missing): [)\]}]/;

const isSyntax = ({ error }: Placed): boolean => SYNTAX.test(error.code);

/** Whether an error is there only because of another one of the same statement. */
function follows(found: Placed, cause: Placed): boolean {
  const isName = found.error.code === 'KS142';
  // What stops the parser garbles its step, and the columns of all later ones; an open bracket garbles everything.
  if (isSyntax(cause)) {
    const isLater = found.error.start > cause.error.start;
    return isSyntax(found) || UNCLOSED.test(cause.error.message) || found.step === cause.step || (isName && isLater);
  }
  // Of what comes from an unknown table or function nothing is known.
  if (UNKNOWN_SOURCE.test(cause.error.code) && isName && found.error.inScope.columns.length === 0) return true;
  // A column that is missing once is missing in every step after that.
  return found.error.code === cause.error.code && found.error.message === cause.error.message;
}

function inWords(query: string, error: Diagnostic, dialect: Dialect): QueryRemark {
  const { start, length, message, code } = error;
  const words = syntaxInWords(query, error) ?? unknownInWords(query, error, dialect);
  return { severity: 'error', start, length, message: `${message.replace(/\.$/, '')} (${code})`, ...words };
}
