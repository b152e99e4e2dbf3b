import { readFile, truncate } from 'node:fs/promises';

/** The lines of a file that only grows. A last line without its end was never answered, so it never happened. */
export async function readWholeLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  return whole.split('\n').filter((line) => line !== '');
}
