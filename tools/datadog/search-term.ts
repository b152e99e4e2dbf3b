/** Terms of Datadog's search language. Every value is checked against a grammar, and quoted. */
import { z } from 'zod';

/** A phrase people look for: no quotes, no escapes, no operators. */
export const phraseInput = z
  .string()
  .regex(/^[\w .:/@=,-]{3,80}$/)
  .describe('Only lines that contain this phrase, 3 to 80 characters');

/** `service:checkout`, or `service:(checkout OR cart)`. */
export const anyOf = (attribute: string, values: readonly string[]): string =>
  `${attribute}:${values.length === 1 ? termOf(values[0] ?? '') : `(${values.map(termOf).join(' OR ')})`}`;

/** Plain words as they are, anything else in quotes: names in the catalogue are people's. */
export const termOf = (value: string): string =>
  /^[\w.-]+$/u.test(value) ? value : `"${value.replaceAll(/["\\]/gu, '\\$&')}"`;

/** A name fit for a legend; a value that is not one comes from outside and stays out of it. */
export const legendOf = (value: string, place: number): string =>
  /^[\w .:/@()-]{1,60}$/u.test(value) ? value : `group ${place + 1}`;
