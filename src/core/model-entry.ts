/** Which models may investigate, in the order in which they take over from each other. */
import { done, failed, type Result } from './result.ts';

export const providers = ['anthropic', 'bedrock', 'vertex', 'compatible'] as const;
export type Provider = (typeof providers)[number];

export type ModelEntry = {
  readonly provider: Provider;
  /** As the provider names it: "claude-sonnet-5-5", "global.anthropic.claude-sonnet-5-5", "qwen3:8b". */
  readonly model: string;
};

/** Printable and in one piece: it goes into a URL path and into the audit log. */
const validModel = /^[\w.:/@-]{1,300}$/u;

/** Parses "anthropic:claude-sonnet-5-5, compatible:qwen3". Failure holds every problem, each with its fix. */
export function parseModelEntries(text: string): Result<readonly ModelEntry[], readonly string[]> {
  const parsed = text.split(',').map((item) => parseModelEntry(item.trim()));
  const entries = parsed.flatMap((each) => (each.ok ? [each.value] : []));
  const names = entries.map(({ provider, model }) => `${provider}:${model}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const problems = [
    ...parsed.flatMap((each) => (each.ok ? [] : [each.failure])),
    ...[...new Set(twice)].map((name) => `${name} is named twice; name it once`),
  ];
  return problems.length === 0 ? done(entries) : failed(problems);
}

/** One item. The model id may hold colons itself. */
export function parseModelEntry(item: string): Result<ModelEntry, string> {
  const colon = item.indexOf(':');
  const name = colon < 0 ? '' : item.slice(0, colon);
  const model = item.slice(colon + 1);
  const provider = providers.find((each) => each === name);
  const likely = item.startsWith('claude-') ? 'anthropic' : 'compatible';
  if (item === '') return failed('an item is empty; write provider:model, separated by commas');
  if (provider === undefined) {
    return failed(`"${item}" names no provider (${providers.join(', ')}); write ${likely}:${item}`);
  }
  if (!validModel.test(model)) return failed(`"${item}" names no model id; write ${provider}:MODEL-ID`);
  return done({ provider, model });
}
