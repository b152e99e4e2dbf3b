/** Finds the read tools in their directory and connects those whose environment is there. */
import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { chooseEnvironment, describeIssue, presentVariables } from './choose-environment.ts';
import type { Gap } from './core/evidence.ts';
import type { Finding, Tool, ToolContext } from './tool.ts';

/** Checks the input against the tool's schema first; never throws for a vendor's answer or a bad input. */
type ToolCall = (input: unknown, context: ToolContext) => Promise<Finding>;
type ConnectedTool = { readonly tool: Tool; readonly call: ToolCall };
export type Connection = {
  readonly connected: readonly ConnectedTool[];
  /** Vendors with none of the variables of their tools, one gap each. */
  readonly off: readonly Gap[];
  /** Tools with some of their variables, or bad ones: start-up errors, all of them. */
  readonly problems: readonly string[];
};

// Only the shape is checked: functions cannot be checked further at run time.
const loadedTool = z.custom<Tool>((value) => toolShape.safeParse(value).success);
const toolShape = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{2,63}$/),
  source: z.string().regex(/^[a-z][a-z0-9-]*$/),
  description: z.string().min(40),
  environment: z.union([z.instanceof(z.ZodObject), z.instanceof(z.ZodUnion)]),
  input: z.instanceof(z.ZodObject),
  probes: z.function(),
  connect: z.function(),
});
const toolModule = z.object({ tool: loadedTool });

/** Imports every `*.ts` file directly in `directory`, in name order. Throws when one does not export a tool. */
export async function loadTools(directory: URL): Promise<readonly Tool[]> {
  const base = directory.href.endsWith('/') ? directory : new URL(`${directory.href}/`);
  const entries = await readdir(base, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => entry.name);
  const tools = await Promise.all(files.toSorted().map((file) => loadTool(new URL(file, base))));
  const names = tools.map((tool) => tool.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two files in ${base.pathname} export a tool named ${twice}: rename one`);
  return tools;
}

async function loadTool(file: URL): Promise<Tool> {
  const loaded = toolModule.safeParse(await import(file.href));
  if (!loaded.success) throw new Error(`${file.pathname} must export const tool = defineTool({...}) with every member`);
  return loaded.data.tool;
}

/**
 * Connects each tool whose required variables are present. Variables with a default never count; an empty string
 * counts as absent. A tool with several ways to sign in has a union of environments: the first complete one is taken.
 */
export function connectTools(
  tools: readonly Tool[],
  environment: { readonly [name: string]: string | undefined },
): Connection {
  const present = presentVariables(environment);
  const connected: ConnectedTool[] = [];
  const off: Off[] = [];
  const problems: string[] = [];
  for (const tool of tools) {
    const chosen = chooseEnvironment(tool, present);
    switch (chosen.kind) {
      case 'complete':
        connected.push({ tool, call: guard(tool, tool.connect(chosen.environment)) });
        break;
      case 'absent':
        off.push({ tool, fix: `Set ${chosen.ways.join(', or ')}.` });
        break;
      case 'wrong':
        problems.push(...chosen.problems);
    }
  }
  return { connected, off: gapsOf(off), problems: [...new Set(problems)] };
}

type Off = { readonly tool: Tool; readonly fix: string };

/** Tools of one vendor that the same variables would turn on are one gap. */
function gapsOf(off: readonly Off[]): readonly Gap[] {
  const vendors = Map.groupBy(off, ({ tool, fix }) => `${tool.source} ${fix}`);
  return [...vendors.values()].flatMap(([first, ...rest]): Gap[] => {
    if (first === undefined) return [];
    const { tool, fix } = first;
    const names = [tool, ...rest.map((each) => each.tool)].map(({ name }) => name);
    const blocks = rest.length === 0 ? firstSentence(tool.description) : `what ${names.join(', ')} would read`;
    return [{ tool: tool.source, reason: `${tool.source} is not configured`, blocks, fix }];
  });
}

const firstSentence = (text: string): string => text.split(/(?<=\.)\s/, 1)[0] ?? text;

function guard(tool: Tool, call: (input: unknown, context: ToolContext) => Promise<Finding>): ToolCall {
  return async (input, context) => {
    const parsed = tool.input.safeParse(input);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(describeIssue).join('; ');
      return {
        kind: 'failed',
        reason: `${tool.name} was asked with a bad input: ${issues}`,
        retryable: false,
        blocks: firstSentence(tool.description),
        fix: 'Call it again with an input that fits its schema.',
      };
    }
    return call(parsed.data, context);
  };
}
