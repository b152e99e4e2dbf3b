import { type LogLine, mineTemplates } from '../../src/rootcause/logs/log-templates.ts';
import { flattenLine, tokenize } from '../../src/rootcause/logs/log-tokens.ts';

const variable = '<*>';
const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const never = { fromMs: 0, toMs: 0 };

type Known = { readonly tokens: readonly string[]; readonly constants: number; readonly template: string };

/**
 * The template of each line, in the order of the lines: mined from all of them, then matched word by word. Among
 * several that fit, the one with most constant words; a line that fits none is its own template.
 */
export function assignTemplates(messages: readonly string[]): readonly string[] {
  const shapes = messages.map((message) => tokenize(flattenLine(message).text));
  const counted = new Map<string, number>();
  const keys = shapes.map((tokens) => tokens.join(' '));
  for (const [at, key] of keys.entries()) if (!counted.has(key)) counted.set(key, at);
  const distinct = [...counted.values()].map(
    (at): LogLine => ({ atMs: 0, level: 'info', message: messages[at] ?? '' }),
  );
  const known = indexTemplates(mineTemplates(distinct, always, never).map(({ template }) => template));
  const assigned = new Map<string, string>();
  for (const [key, at] of counted) assigned.set(key, bestMatch(shapes[at] ?? [], known) ?? key);
  return keys.map((key) => assigned.get(key) ?? key);
}

function indexTemplates(templates: readonly string[]): ReadonlyMap<number, readonly Known[]> {
  const byLength = new Map<number, Known[]>();
  for (const template of templates) {
    const tokens = template.split(' ');
    const constants = tokens.filter((token) => token !== variable).length;
    const list = byLength.get(tokens.length) ?? [];
    list.push({ tokens, constants, template });
    byLength.set(tokens.length, list);
  }
  for (const list of byLength.values()) list.sort((a, b) => b.constants - a.constants);
  return byLength;
}

function bestMatch(tokens: readonly string[], known: ReadonlyMap<number, readonly Known[]>): string | null {
  const found = known.get(tokens.length)?.find((one) => fits(one.tokens, tokens));
  return found?.template ?? null;
}

function fits(template: readonly string[], tokens: readonly string[]): boolean {
  for (let at = 0; at < tokens.length; at += 1) {
    if (template[at] !== variable && template[at] !== tokens[at]) return false;
  }
  return true;
}
