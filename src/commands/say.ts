/** One JSON document on stdout; people's words and logs go to stderr. */
export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

export const printLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Progress for a person at a terminal; nothing when stderr is a file. */
export const progress = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
};
