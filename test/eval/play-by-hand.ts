import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Waits for the first request, answers that it cannot tell, and returns what was shown. */
export async function playByHand(directory: string): Promise<string> {
  for (let round = 0; round < 600; round += 1) {
    const shown = await readFile(join(directory, '1.request.md'), 'utf8').catch(() => null);
    if (shown !== null) {
      const input = { outcome: 'cannot-tell', hypotheses: [] };
      const answer = { content: [{ type: 'tool_use', name: 'submit_findings', input }], stop_reason: 'tool_use' };
      await writeFile(join(directory, '1.answer.json'), JSON.stringify(answer));
      return shown;
    }
    await pause(100);
  }
  throw new Error('no request came');
}
