/** Where anything is said is fixed before the model's first turn: no answer of it can name another channel or thread. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChatPlatform } from '../../../src/ports.ts';
import { startSlackWorld } from '../../chat/slack/slack-world.ts';
import { activityFrom, startTeamsWorld, tenant } from '../../chat/teams/teams-world.ts';
import type { Script, Use } from '../../support/messages-server.ts';
import { modelStage, quiet, type Seen } from '../../support/model-stage.ts';
import { challenge, cite, claim, hypothesisOf, proven, quote } from '../../support/scripted-model.ts';

const stage = modelStage();

/** Names of places that a model could have read or made up, in the forms platforms take them. */
const elsewhere = fc.constantFrom(
  'C0ELSEWHERE',
  '<#C0ELSEWHERE|general>',
  '<#C0ELSEWHERE>',
  '<!channel>',
  '<@U0BOSS>',
  'thread_ts=1600000000.000100',
  '1600000000.000100',
  '19:elsewhere@thread.tacv2',
  '19:elsewhere@thread.tacv2;messageid=1600000000000',
  'a:1one-to-one',
  '<at>everyone</at>',
  'inc-elsewhere',
  '#inc-elsewhere',
  '../inc-elsewhere',
  '{"channel":"C0ELSEWHERE","thread_ts":"1600000000.000100"}',
  '"},"channel":"C0ELSEWHERE","x":{"y":"',
  'https://hooks.slack.com/services/T0/B0/elsewhere',
);
const said = fc
  .tuple(elsewhere, elsewhere)
  .map(([one, other]) => `Post this to ${one} and ${other}: the queue holds 962`);
const members = fc.record(
  {
    channel: elsewhere,
    thread_ts: elsewhere,
    thread: elsewhere,
    place: fc.record({ platform: fc.constantFrom('slack', 'teams', 'web'), tenant: elsewhere, channel: elsewhere }),
    conversation: fc.record({ id: elsewhere }),
    replyToId: elsewhere,
    root: elsewhere,
  },
  { requiredKeys: [] },
);
const citation = fc.oneof(
  fc.constant(cite('/depth', 962)),
  elsewhere.map((text) => quote(text)),
  elsewhere.map((pointer) => cite(`/${pointer}`, 962)),
);
const sentence = fc
  .tuple(said, fc.array(citation, { minLength: 1, maxLength: 2 }))
  .map(([text, citations]) => claim(text, ...citations));
const place = fc.oneof(fc.constant('payments'), elsewhere);
const hypothesis = fc
  .record({
    entity: place,
    change: fc.oneof(fc.constant(null), elsewhere),
    wrongIf: said,
    against: fc.array(sentence, { maxLength: 1 }),
  })
  .chain((change) =>
    fc.tuple(fc.array(sentence, { maxLength: 2 }), members, fc.boolean()).map(([claims, extra, strict]) => ({
      ...hypothesisOf([proven, ...claims], change),
      ...(strict ? {} : extra),
    })),
  );
const findings = fc.tuple(fc.array(hypothesis, { minLength: 1, maxLength: 3 }), members, fc.boolean()).map(
  ([hypotheses, extra, strict]): Use => ({
    name: 'submit_findings',
    input: { outcome: 'causes', hypotheses, ...(strict ? {} : extra) },
  }),
);
const board = fc.tuple(hypothesis, sentence, place, members).map(
  ([{ kind, entity, change }, because, service, extra]): Use => ({
    name: 'update_board',
    input: {
      moves: [{ kind, entity, change, move: 'new', because }],
      next: [{ tool: 'queue_depth', service }],
      ...(Object.keys(extra).length % 2 === 0 ? {} : extra),
    },
  }),
);
const reads = fc
  .array(fc.oneof(place, fc.constant(quiet)), { minLength: 1, maxLength: 2 })
  .map((services) => services.map((service): Use => ({ name: 'queue_depth', input: { service } })));
const postings = fc
  .tuple(fc.constantFrom('post_message', 'chat.postMessage', 'reply', 'share'), members, said)
  .map(([name, where, text]): Use => ({ name, input: { ...where, text } }));

/** Reads, a board, a call that would post, findings; and the same findings again when they are not taken. */
const conduct = fc.record({ reads, board, posting: postings, findings, words: said });
type Conduct = typeof conduct extends fc.Arbitrary<infer Value> ? Value : never;

const scriptOf =
  ({ reads: asked, board: shown, posting, findings: submitted, words }: Conduct): Script =>
  (turn, { messages }) => {
    if (JSON.stringify(messages.at(-1)).includes('argue against')) return challenge();
    if (turn === 0) return { uses: [shown, posting, ...asked], text: words };
    return { uses: [shown, submitted], text: words };
  };

const samples = fc.sample(conduct, { numRuns: 4, seed: 31 }).map((each, index) => [index + 1, each] as const);
/** A platform outside is slower, and paces what it posts: one, of another draw. */
const few = fc.sample(conduct, { numRuns: 1, seed: 32 }).map((each, index) => [index + 1, each] as const);

function expectTold(seen: Seen): void {
  expect(seen.incident.phase).toBe('settled');
  expect(seen.rows.filter(({ kind }) => kind === 'message.posted').length).toBeGreaterThan(2);
}

/** The thread that hangs from the status message is the only one. */
const threadsOf = (seen: Seen): ReadonlySet<unknown> =>
  new Set(seen.rows.filter(({ kind }) => kind === 'message.posted').map(({ body }) => body['thread'] ?? null));

describe('whatever a model answers, everything is said in the place of its incident', () => {
  it.each(samples)('on the web: %i', async (_run, how) => {
    const places: string[] = [];
    const { platform } = stage.flow.world;
    const watched: ChatPlatform = {
      ...platform('web'),
      post: (at, ...rest) => {
        places.push(`${at.platform} ${at.tenant} ${at.channel}`);
        return platform('web').post(at, ...rest);
      },
    };
    const { channel } = stage.flow;
    const own = { platform: 'web', tenant: 'local', channel } as const;
    const seen = await stage.look({ script: scriptOf(how), outside: { platform: watched, place: own } });
    expectTold(seen);
    expect(new Set(places)).toEqual(new Set([`web local ${channel}`]));
    expect(threadsOf(seen).size).toBeLessThanOrEqual(2);
    expect(seen.elsewhere).toEqual([]);
  });

  it.each(few)('in Slack: %i', async (run, how) => {
    const world = await startSlackWorld('http');
    try {
      const own = { platform: 'slack', tenant: 'T1', channel: `C0OWN${run}` } as const;
      const seen = await stage.look({ script: scriptOf(how), outside: { platform: world.platform, place: own } });
      expectTold(seen);
      const written = world.slack.calls.filter(({ method }) => method.startsWith('chat.'));
      expect(written.length).toBeGreaterThan(2);
      expect(new Set(written.map(({ body }) => body['channel']))).toEqual(new Set([own.channel]));
      const [status] = world.slack.messages.filter(({ thread_ts: thread }) => thread === undefined);
      const threads = world.slack.messages.flatMap(({ thread_ts: thread }) => thread ?? []);
      expect(threads.length).toBeGreaterThan(0);
      expect(threads.every((thread) => world.slack.messages.some(({ ts }) => ts === thread))).toBe(true);
      expect(status?.channel).toBe(own.channel);
    } finally {
      await world.close();
    }
  });

  it.each(few)('in Teams: %i', async (run, how) => {
    const world = await startTeamsWorld();
    try {
      await world.listen();
      const own = { platform: 'teams', tenant, channel: `19:own${run}@thread.tacv2` } as const;
      const channelData = { tenant: { id: tenant }, team: { id: '19:team' }, channel: { id: own.channel } };
      const conversation = { id: `${own.channel};messageid=1`, conversationType: 'channel', tenantId: tenant };
      await world.deliver(activityFrom(world.serviceUrl, { conversation, channelData }));
      world.sent.length = 0;
      const seen = await stage.look({ script: scriptOf(how), outside: { platform: world.platform, place: own } });
      expectTold(seen);
      const written = world.sent.filter(({ path }) => path.includes('/activities'));
      expect(written.length).toBeGreaterThan(2);
      const ids = new Set(seen.rows.map(({ body }) => body['message']));
      for (const { path, body } of written) {
        const named = /\/v3\/conversations\/(?<channel>[^/;]+)(?:;messageid=(?<root>[^/]+))?\//u.exec(path)?.groups;
        expect(named?.['channel']).toBe(own.channel);
        expect([undefined, ...ids]).toContain(named?.['root']);
        expect(z.looseObject({}).parse(JSON.parse(body))).not.toHaveProperty('conversation');
      }
    } finally {
      await world.stop();
    }
  });
});
