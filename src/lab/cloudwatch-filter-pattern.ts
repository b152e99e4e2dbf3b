/**
 * The part of the CloudWatch Logs filter pattern syntax the lab understands: terms, quoted phrases, `?any`, `-exclude`
 * and comparisons of JSON fields. Everything else is refused, because a pattern that is ignored returns too much.
 * Source: AWS, "Filter pattern syntax for metric filters, subscription filters, and filter log events".
 */
import { done, failed, type Result } from '../core/result.ts';
import { jsonFields } from './log-scan.ts';

export type LineTest = (message: string) => boolean;

const token = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([\w.:/]+))(?=\s|$)/y;
const comparison = /^\s*\$((?:\.[A-Za-z_][\w-]*)+)\s*(!?=)\s*(?:"([^"*]*)"|(-?\d+(?:\.\d+)?))\s*$/;

type Term = { readonly sign: string; readonly text: string };

function readTerms(pattern: string): readonly Term[] | null {
  const terms: Term[] = [];
  const trimmed = pattern.trim();
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed);
    if (match === null) return null;
    const quoted = match[2]?.replaceAll(/\\(.)/g, '$1');
    terms.push({ sign: match[1] ?? '', text: quoted ?? match[3] ?? '' });
  }
  return terms;
}

function testTerms(pattern: string): Result<LineTest, string> {
  const terms = readTerms(pattern);
  if (terms === null) return failed(`Invalid character(s) in term '${pattern}'`);
  const any = terms.filter((term) => term.sign === '?');
  const excluded = terms.filter((term) => term.sign === '-');
  const all = terms.filter((term) => term.sign === '');
  // CloudWatch ignores `?` beside other terms; the lab refuses it, so that nobody relies on it.
  if (any.length > 0 && any.length < terms.length) return failed('Do not combine ? with other terms');
  return done(
    (message) =>
      all.every((term) => message.includes(term.text)) &&
      !excluded.some((term) => message.includes(term.text)) &&
      (any.length === 0 || any.some((term) => message.includes(term.text))),
  );
}

function fieldAt(message: string, path: readonly string[]): unknown {
  let value: unknown = jsonFields(message);
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

function testComparison(text: string): LineTest | null {
  const match = comparison.exec(text);
  if (match === null) return null;
  const path = (match[1] ?? '').split('.').slice(1);
  const expected = match[3] ?? Number(match[4]);
  const wanted = match[2] === '=';
  return (message) => {
    const value = fieldAt(message, path);
    return value !== undefined && (value === expected) === wanted;
  };
}

function testJson(body: string): Result<LineTest, string> {
  const any = body.includes('||');
  if (any && body.includes('&&')) return failed('Combine comparisons by && or by ||, not by both');
  const tests = body.split(any ? '||' : '&&').map(testComparison);
  const known = tests.filter((test) => test !== null);
  if (known.length < tests.length) return failed(`Invalid JSON filter pattern '{${body}}'`);
  return done((message) => (any ? known.some((test) => test(message)) : known.every((test) => test(message))));
}

/** The test a pattern stands for; an empty pattern matches every line. */
export function parseFilterPattern(pattern: string): Result<LineTest, string> {
  const json = /^\s*\{(.*)\}\s*$/s.exec(pattern);
  return json === null ? testTerms(pattern) : testJson(json[1] ?? '');
}
