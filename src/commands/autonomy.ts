/** `causeway autonomy`: per class of failure, what running alone would have done and how that compares with people. */
import { classText, ruleFor, type ShadowCase, scoreOf } from '../core/autonomy.ts';
import { readCases, ruleText, unearnedRules } from '../flow/autonomy.ts';
import type { World } from '../flow/world.ts';
import { printJson, printLine } from './say.ts';
import { type Variables, withSystem } from './with-system.ts';

export const showAutonomy = (variables: Variables, options: { readonly json?: boolean }): Promise<number> =>
  withSystem(variables, ({ world }) => autonomyTo(world, options));

/** Exit code 1 when a rule says `auto` and has not earned it: such a configuration does not start. */
export async function autonomyTo(world: World, { json = false }: { readonly json?: boolean }): Promise<number> {
  const rules = world.catalogue.autonomy ?? [];
  const classes = byClass(await readCases(world.store)).map(([text, cases]) => {
    const [first] = cases;
    const rule = first === undefined ? null : ruleFor(rules, first.failure);
    const level = `${rule?.level ?? 'approve'}${rule?.shadow ? ', shadow' : ''}`;
    return { class: text, level, ...scoreOf(cases) };
  });
  const problems = await unearnedRules(world);
  if (json) printJson({ rules, classes, problems });
  else for (const line of [...ruleLines(rules), ...classes.map(scoreLine), ...problems]) printLine(line);
  return problems.length > 0 ? 1 : 0;
}

function byClass(cases: readonly ShadowCase[]): readonly (readonly [string, readonly ShadowCase[]])[] {
  const texts = [...new Set(cases.map(({ failure }) => classText(failure)))].toSorted();
  return texts.map((text) => [text, cases.filter(({ failure }) => classText(failure) === text)] as const);
}

function ruleLines(rules: NonNullable<World['catalogue']['autonomy']>): readonly string[] {
  if (rules.length === 0) return ['No class has a rule: people approve everything. See autonomy in causeway.yaml.'];
  return rules.map((rule) => {
    const score = rule.because === null ? '' : `, because ${rule.because}`;
    return `${ruleText(rule)}: ${rule.level}${rule.shadow ? ', in shadow' : ''}${score}`;
  });
}

const scoreLine = ({
  class: text,
  level,
  would,
  same,
  right,
  wrong,
}: { class: string; level: string } & ReturnType<typeof scoreOf>) =>
  `${text} (${level}): would have acted ${would}, people did the same ${same}, it worked ${right}, wrong ${wrong}`;
