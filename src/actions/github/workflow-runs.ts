import { setTimeout as sleep } from 'node:timers/promises';
import type { GitHub, Repository } from './client.ts';

/** One run of a workflow, as far as we use it. */
export type Run = {
  readonly runId: number;
  readonly status: string;
  readonly conclusion: string | null;
};

export type RunQuestion = Repository & { readonly workflow: string; readonly key: string };

/**
 * The run whose title carries our key as a whole word. The workflow must put the input there:
 * `run-name: ... ${{ inputs.idempotency_key }}`; GitHub shows a run's inputs nowhere else.
 */
export async function findRun(github: GitHub, question: RunQuestion): Promise<Run | null> {
  const { owner, repo, workflow, key } = question;
  const request = { owner, repo, workflow_id: workflow, event: 'workflow_dispatch', per_page: 100 };
  const { data } = await github.actions.listWorkflowRuns(request);
  const run = data.workflow_runs.find(({ display_title: title, name }) =>
    [title, name ?? ''].some((text) => hasWord(text, key)),
  );
  return run ? { runId: run.id, status: run.status ?? 'unknown', conclusion: run.conclusion } : null;
}

function hasWord(text: string, word: string): boolean {
  const part = /[\w:./-]/u;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + word.length);
    if (!part.test(before) && !part.test(after)) return true;
  }
  return false;
}

/**
 * Asks again until `isEnough`, with growing pauses, for at most `waitMs` of pauses. The last answer, enough or not.
 * Rejects with the signal's reason.
 */
export async function pollRun(
  ask: () => Promise<Run | null>,
  { isEnough, waitMs, signal }: { isEnough: (run: Run | null) => boolean; waitMs: number; signal: AbortSignal },
): Promise<Run | null> {
  let run = await ask();
  let pauseMs = 100;
  for (let waitedMs = 0; !isEnough(run) && waitedMs < waitMs; waitedMs += pauseMs) {
    pauseMs = Math.min(pauseMs * 2, 5_000, Math.max(1, waitMs - waitedMs));
    await sleep(pauseMs, undefined, { signal });
    run = await ask();
  }
  return run;
}

export const isFinished = (run: Run | null): boolean => run?.status === 'completed';
