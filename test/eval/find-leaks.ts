/** Looks for the answer in everything a scenario's world can say. */

import type { Recording } from '../../eval/recording/format.ts';
import { recordedWorld } from '../../eval/recording/recorded-world.ts';
import type { Truth } from '../../eval/recording/truth.ts';
import { causeKinds } from '../../src/core/hypothesis.ts';

/** Every text that vendors can serve, the alert and the question included. Ten minutes of logs and every template, all changes and files. */
export function textsOf(recording: Recording): readonly string[] {
  const { world, history, repositories, initialFiles, startAtMs } = recordedWorld(recording);
  const { scenario, logs } = recording;
  return [
    scenario.asked,
    scenario.alert.note ?? '',
    scenario.system,
    ...world.services.flatMap(({ id, title, owners, paths }) => [id, title, ...owners, ...paths]),
    ...world.monitors.map(({ name }) => name),
    ...logs.map(({ text }) => text),
    ...world.services.flatMap(({ id }) =>
      world.logs(id, startAtMs - 600_000, startAtMs).map(({ message, pod }) => `${pod} ${message}`),
    ),
    ...world
      .events(startAtMs - 30 * 86_400_000, startAtMs + 86_400_000)
      .flatMap(({ title, text, tags }) => [title, text, ...tags]),
    ...history.flatMap(({ title, body, branch, author, files }) => [
      title,
      body,
      branch,
      author,
      ...files.flatMap(({ path, before, after }) => [path, before ?? '', after ?? '']),
    ]),
    ...repositories.flatMap((repository) => initialFiles(repository).flatMap(({ path, content }) => [path, content])),
  ];
}

type Answer = Pick<Truth, 'entity' | 'why' | 'hardness'> & { readonly folder: string };

/** What gives the answer away, one sentence each. */
export function findLeaks(texts: readonly string[], answer: Answer): readonly string[] {
  return [...new Set(texts)].flatMap((text) => leaksIn(text.toLowerCase(), answer));
}

/** Ours alone: no team writes these words into its systems. */
const ourWords = /\b(?:truth\.json|alternates|hardness|distractor|one-hop-short|nothing-wrong|cannot-tell)\b/u;

function leaksIn(text: string, { folder, entity, why, hardness }: Answer): readonly string[] {
  const found: string[] = [];
  const say = (leaks: boolean, what: string): void => {
    if (leaks) found.push(`${what}: ${text.slice(0, 120)}`);
  };
  const [one = '', other = ''] = folder.split('-');
  say(new RegExp(`\\b${one}[-_ ]?${other}\\b`, 'u').test(text), 'the folder is named');
  say(ourWords.test(text), 'a word of the scorer');
  if (entity !== null) say(namesCause(text, entity), 'the kind of cause stands beside the service');
  const lies = hardness.includes('lie') && (entity === null || !text.includes(entity.toLowerCase()));
  say(/root[- ]?cause/u.test(text) && !lies, '"root cause" that is no lie');
  say(
    shingles(why.toLowerCase()).some((words) => text.includes(words)),
    'words of the explanation',
  );
  return found;
}

function namesCause(text: string, entity: string): boolean {
  const name = entity.toLowerCase();
  return causeKinds.some((kind) => {
    const words = kind.replace('-', '[- ]');
    const joined = `(?:\\s+|\\s*:\\s*)(?:(?:of|on|in|at)\\s+)?`;
    const both = new RegExp(`\\b${words}${joined}${name}\\b|\\b${name}${joined}${words}\\b`, 'u');
    return both.test(text);
  });
}

const shingleWords = 6;

function shingles(text: string): readonly string[] {
  const words = text.split(/\s+/u);
  return words
    .slice(0, Math.max(0, words.length - shingleWords + 1))
    .map((_, index) => words.slice(index, index + shingleWords).join(' '));
}
