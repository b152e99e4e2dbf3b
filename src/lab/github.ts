import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PullHistory } from './changes.ts';
import { makeTokens } from './github/access.ts';
import { type Backend, startBackend } from './github/backend.ts';
import { checksState } from './github/checks.ts';
import { answerIncoming, type Front, mergeCall } from './github/front.ts';
import { forgetfulJournal, openJournal } from './github/journal.ts';
import { filesOf, makeHub, type Source } from './github/make-hub.ts';
import { performerOf } from './github/perform.ts';
import { currentPull } from './github/pulls.ts';
import { startServer } from './github/server.ts';
import { repositoryNames } from './sources/repositories.ts';
import type { Intervention } from './world.ts';

export type GitHubOptions = Omit<Source, 'repositories'> & {
  /** The shop's by default. */
  readonly repositories?: readonly string[];
  readonly clock: { nowMs(): number };
  /** 0 lets the system pick one. */
  readonly port: number;
  /** Where writes are kept so that the lab comes back as it was; null forgets them. */
  readonly stateDirectory: string | null;
  /**
   * Called once per merge and workflow run, after it is on disk. After a restart every recorded one is told again, in
   * order and with its own time, before `startGitHub` resolves: the world keeps nothing itself.
   */
  readonly onIntervention: (intervention: Intervention) => void;
};

type OpenPull = {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly url: string;
  readonly draft: boolean;
  readonly checks: 'pending' | 'success';
  readonly createdAtMs: number;
};

type MergeOutcome =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'refused'; readonly reason: string };

export type LabGitHub = {
  /** For `GITHUB_API_URL` and `GITHUB_WEB_URL`. */
  readonly url: string;
  readonly readToken: string;
  readonly writeToken: string;
  /** Merges as a person of the team would at the page; a draft is marked ready by it. */
  mergePull(repository: string, number: number): Promise<MergeOutcome>;
  openPulls(): Promise<readonly OpenPull[]>;
  close(): Promise<void>;
};

const bot = 'causeway[bot]';
const person = 'dana';

const digestOf = (source: Source): string => {
  const files = source.repositories.map((repository) => filesOf(source, repository));
  return createHash('sha256')
    .update(JSON.stringify([source.history, files]))
    .digest('hex');
};

const loginsOf = (history: readonly PullHistory[]): readonly string[] => [
  ...new Set([person, ...history.map(({ author }) => author)]),
];

async function openPullsOf({ hub, nowMs }: Front): Promise<readonly OpenPull[]> {
  const all = [...hub.repositories.values()].flatMap((repository) =>
    [...repository.pulls.values()]
      .filter((pull) => pull.state === 'open')
      .map(async ({ number }): Promise<OpenPull[]> => {
        const pull = await currentPull(repository, number);
        const head = pull && (await repository.git.commit(pull.headSha));
        if (!pull || !head) return [];
        const { title, author, draft, createdAtMs } = pull;
        const url = `${hub.origin}/${repository.fullName}/pull/${number}`;
        const checks = checksState(head, nowMs());
        return [{ repository: repository.fullName, number, title, author, url, draft, checks, createdAtMs }];
      }),
  );
  return (await Promise.all(all)).flat();
}

const shaSchema = z.object({ sha: z.string() });
const messageSchema = z.object({ message: z.string() });

async function mergeAsPerson(front: Front, repository: string, number: number): Promise<MergeOutcome> {
  const reply = await front.performer.perform(mergeCall(front, repository, number));
  const body: unknown = JSON.parse(reply.body);
  if (reply.status === 200) return { kind: 'merged', sha: shaSchema.parse(body).sha };
  return { kind: 'refused', reason: messageSchema.parse(body).message };
}

/**
 * Starts the lab's GitHub on loopback: an emulator filled with the history, behind a front that adds deployments,
 * checks, workflow runs, pull requests in the lab's time, tokens and pages.
 * @throws when the state directory belongs to another history, with what to do.
 */
export async function startGitHub(options: GitHubOptions): Promise<LabGitHub> {
  const { clock, port, stateDirectory, onIntervention, repositories = repositoryNames, ...rest } = options;
  const source: Source = { ...rest, repositories };
  const ready = Promise.withResolvers<Front>();
  const server = await startServer(port, async (incoming) => answerIncoming(await ready.promise, incoming));
  const closers: (() => Promise<void>)[] = [() => server.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0)) await closer();
  };
  try {
    const journal = stateDirectory === null ? forgetfulJournal : await openJournal(stateDirectory, digestOf(source));
    closers.push(() => journal.close());
    const seed = { origin: server.origin, actor: bot, logins: loginsOf(source.history), repositories };
    const backend: Backend = await startBackend(seed);
    closers.push(() => backend.close());
    const hub = await makeHub({ origin: server.origin, backend, source });
    const performer = performerOf(hub, journal, onIntervention);
    await performer.replay();
    const tokens = makeTokens();
    const front: Front = { hub, performer, tokens, bot, person, nowMs: () => clock.nowMs() };
    ready.resolve(front);
    return {
      url: server.origin,
      readToken: tokens.read,
      writeToken: tokens.write,
      mergePull: (repository, number) => mergeAsPerson(front, repository, number),
      openPulls: () => openPullsOf(front),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
