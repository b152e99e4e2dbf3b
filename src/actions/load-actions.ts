import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Action } from '../action.ts';

/** An action whose environment was complete, ready to call. */
type ConnectedAction = {
  readonly action: Pick<Action, 'name' | 'description' | 'parameters'>;
  readonly connected: ReturnType<Action['connect']>;
};

/** The catalogue as this installation can use it. `off`: nothing is set. `problems`: set, but not usable. */
export type Connections = {
  readonly actions: readonly ConnectedAction[];
  readonly off: readonly { readonly name: string; readonly missing: readonly string[] }[];
  readonly problems: readonly string[];
};

const folder = new URL('.', import.meta.url);
const callable = z.custom<Action['connect']>((value) => typeof value === 'function');
const schema = z.custom<z.ZodType>((value) => value instanceof z.ZodType);

/** What a file of this folder must export as `action`: `import()` is untyped, so it is checked. */
const loaded = z.object({
  action: z.object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/u),
    description: z.string().min(1),
    environment: schema,
    parameters: schema,
    fixed: z.array(z.string()).exactOptional(),
    connect: callable,
  }),
});

/**
 * The closed catalogue of writes: every file of `actions/` except this one is one action of the same name. Throws when
 * a file is not an action: that is a bug.
 */
export async function loadActions(): Promise<readonly Action[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && name !== basename(import.meta.url));
  const actions = await Promise.all(files.toSorted().map(loadAction));
  return actions;
}

async function loadAction(file: string): Promise<Action> {
  const { action } = loaded.parse(await import(new URL(file, folder).href));
  if (`${action.name}.ts` !== file) throw new Error(`${file} exports the action ${action.name}: rename one of them`);
  return action;
}

/** Connects every action whose variables are set. Called once, at start. */
export function connectActions(
  catalogue: readonly Action[],
  environment: { readonly [name: string]: string | undefined },
): Connections {
  const actions: ConnectedAction[] = [];
  const off: { name: string; missing: readonly string[] }[] = [];
  const problems: string[] = [];
  for (const action of catalogue) {
    const parsed = action.environment.safeParse(environment);
    if (parsed.success) actions.push({ action, connected: action.connect(parsed.data) });
    else {
      const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? '')))];
      const absent = names.every((name) => environment[name] === undefined);
      if (absent) off.push({ name: action.name, missing: names });
      else problems.push(...names.map((name) => `${action.name}: ${name} is not usable; set it or unset all of it`));
    }
  }
  return { actions, off, problems };
}
