import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import type { Runbook } from '../core/runbook.ts';
import { checkMeaning, type FixedParameters, type Issue } from './check-meaning.ts';
import { runbookFile } from './runbook-schema.ts';

/** Where a runbook file is wrong and what to do about it. `line` counts from 1. */
export type RunbookProblem = {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly says: string;
};

/** One runbook from its text, or every problem in it. `actions`: the catalogue's names, each with its fixed parameters. */
export function readRunbook(
  file: string,
  text: string,
  actions: FixedParameters,
): Result<Runbook, readonly RunbookProblem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors.map((error) => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    field: '',
    says: `not valid YAML (${error.code}); check indentation, quotes and colons here`,
  }));
  if (broken.length > 0) return failed(broken);
  const locate = (issue: Issue): RunbookProblem => ({
    file,
    line: lineOf(document, lines, issue.path),
    field: fieldName(issue.path),
    says: issue.message,
  });
  const parsed = runbookFile.safeParse(document.toJS());
  if (!parsed.success) return failed(parsed.error.issues.map((issue) => locate(spell(issue))));
  const runbook = tidy(parsed.data);
  const issues = [...checkMeaning(runbook, actions), ...checkFileName(file, runbook)];
  return issues.length > 0 ? failed(issues.map(locate)) : done(runbook);
}

function checkFileName(file: string, { name }: Runbook): readonly Issue[] {
  const expected = file.replace(/^.*[\\/]/u, '').replace(/\.ya?ml$/u, '');
  return name === expected ? [] : [{ path: ['name'], message: `must equal the file name: ${expected}` }];
}

/** zod's own words say what is wrong; these add the field's name where zod only names its parent. */
function spell(issue: z.core.$ZodIssue): Issue {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { path: [...issue.path, key], message: 'there is no such field; remove it or correct its spelling' };
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return {
      path: issue.path,
      message: `missing; ${issue.message.replace(/^Invalid input: |, received undefined$/gu, '')}`,
    };
  }
  return { path: issue.path, message: issue.message };
}

const fieldName = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** The line of the deepest part of the path that is in the file. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** Leaves out what was not written, so that absent stays absent. */
function tidy(file: z.output<typeof runbookFile>): Runbook {
  const inputs = Object.entries(file.inputs).map(([name, input]) => [name, withoutUndefined(input)] as const);
  const steps = file.steps.map((step) => ({ ...step, undo: withoutUndefined(step.undo) }));
  return { ...withoutUndefined(file), inputs: Object.fromEntries(inputs), steps };
}

type Defined<Value> = Value extends object
  ? { [Key in keyof Value]: undefined extends Value[Key] ? Exclude<Value[Key], undefined> : Value[Key] }
  : Value;

function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  // The one place where the shape is asserted: the entries that could be undefined were just removed.
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<Value>;
}
