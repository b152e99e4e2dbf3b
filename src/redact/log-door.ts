/** Log lines go through redaction too, in their order. What could not be checked is withheld, but for when it was said. */
import { redacted } from '../flow/redacted.ts';
import type { Redactor } from '../ports.ts';
import { withheld } from './tokens.ts';

export type LogDoor = {
  /** For pino. Lines wait until the door is open. */
  readonly stream: { write(line: string): void };
  open(redactor: Redactor): void;
  /** Resolves when every line so far is out. */
  flush(): Promise<void>;
  /** Says at once, without their words, the lines that wait: for the end of the process. */
  end(): void;
};

/** Of a line that cannot be checked, these numbers stay. */
const keptFields = ['level', 'time', 'pid'];

export function createLogDoor(write: (line: string) => void): LogDoor {
  const waiting: string[] = [];
  let redactor: Redactor | null = null;
  let running: Promise<void> | null = null;

  const pass = async (through: Redactor): Promise<void> => {
    for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
      const clean = await cleanLine(through, line);
      // Only now: the end of the process may come in between, and takes those that still wait.
      if (waiting[0] !== line) return;
      waiting.shift();
      write(clean);
    }
  };
  const run = (): void => {
    if (redactor === null || running !== null) return;
    running = pass(redactor).finally(() => {
      running = null;
      if (waiting.length > 0) run();
    });
  };
  return {
    stream: {
      write(line) {
        waiting.push(line);
        run();
      },
    },
    open(through) {
      redactor = through;
      run();
    },
    async flush() {
      while (running !== null) await running;
    },
    end() {
      for (const line of waiting.splice(0)) write(withheldLine(line));
    },
  };
}

async function cleanLine(redactor: Redactor, line: string): Promise<string> {
  const fields = parse(line);
  try {
    if (fields !== null) return `${JSON.stringify((await redacted(redactor, fields)).json)}\n`;
    return `${(await redactor.redact(line.trimEnd())).text}\n`;
  } catch {
    return withheldLine(line);
  }
}

function withheldLine(line: string): string {
  const known = Object.entries(parse(line) ?? {}).filter(
    ([name, value]) => keptFields.includes(name) && typeof value === 'number',
  );
  return `${JSON.stringify({ ...Object.fromEntries(known), msg: withheld })}\n`;
}

function parse(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
