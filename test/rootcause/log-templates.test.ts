import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type LogLine, mineTemplates } from '../../src/rootcause/logs/log-templates.ts';
import { tokenize } from '../../src/rootcause/logs/log-tokens.ts';
import { optionalData } from '../support/optional-data.ts';

const window = { fromMs: 1_000, toMs: 2_000 };
const baseline = { fromMs: 0, toMs: 1_000 };
const line = (message: string, atMs = 1_500, level = 'error'): LogLine => ({ atMs, level, message });
const mine = (lines: readonly LogLine[]) => mineTemplates(lines, window, baseline);

describe('templates', () => {
  it('fold ids, numbers, addresses and paths into one template and count it against the baseline', () => {
    const found = mine([
      line('payment 4711 for 10.0.0.7:443 failed at /srv/app/a.ts:12', 1_100),
      line('payment 4712 for 10.0.0.8:443 failed at /srv/app/b.ts:99', 1_200),
      line('payment 1 for 10.1.0.8:80 failed at /srv/x.ts:1', 100),
    ]);

    expect(found).toEqual([
      {
        template: 'payment <*> for <*> failed at <*>',
        level: 'error',
        count: 2,
        baselineCount: 1,
        firstSeenMs: 100,
        sample: 'payment 1 for 10.1.0.8:80 failed at /srv/x.ts:1',
      },
    ]);
  });

  it('keep lines apart that differ in the word that matters', () => {
    const found = mine([line('connection opened'), line('connection closed'), line('connection refused')]);

    expect(found.map(({ template }) => template).toSorted()).toEqual([
      'connection closed',
      'connection opened',
      'connection refused',
    ]);
  });

  it('fold a word that takes many values, such as a user name', () => {
    const names = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'tony'];

    expect(mine(names.map((name) => line(`login of ${name} denied`))).map(({ template }) => template)).toEqual([
      'login of <*> denied',
    ]);
  });

  it('never fold a template down to nothing', () => {
    const words = Array.from({ length: 40 }, (_, at) => line(`${'abcdefghij'[at % 10]}${'klmnop'[at % 6]}x happened`));

    expect(mine(words).every(({ template }) => /[a-z]{2}/u.test(template))).toBe(true);
  });

  it('read JSON lines by their message and the keys that name the failure', () => {
    const found = mine([
      line('{"level":"error","msg":"charge failed","code":"ECONNREFUSED","requestId":"a1"}', 1_100, ''),
      line('{"level":"error","msg":"charge failed","code":"ECONNREFUSED","requestId":"b2"}', 1_200, ''),
    ]);

    expect(found.map(({ template, level, count }) => ({ template, level, count }))).toEqual([
      { template: 'charge failed code = ECONNREFUSED', level: 'error', count: 2 },
    ]);
  });

  it('separate levels and ignore lines outside both windows', () => {
    const found = mine([line('slow', 1_100, 'warn'), line('slow', 1_100, 'error'), line('slow', 5_000)]);

    expect(found.map(({ level, count }) => `${level} ${count}`).toSorted()).toEqual(['error 1', 'warn 1']);
  });

  it('do not depend on the order of lines', () => {
    const lines = Array.from({ length: 200 }, (_, at) =>
      line(`job ${at} of ${'abcdef'[at % 6]}zz took ${at} ms`, 500 + 5 * at),
    );

    expect(mine(lines.toReversed())).toEqual(mine(lines));
  });
});

describe('the miner keeps up', () => {
  it('stays small on endless distinct text', () => {
    const letters = (at: number): string =>
      at.toString(36).replace(/\d/gu, (digit) => 'qrstuvwxyz'[Number(digit)] ?? 'q');
    const lines = function* () {
      for (let at = 0; at < 60_000; at += 1)
        yield line(`${letters(at * 7)} ${letters(at * 13)} wrote ${letters(at * 31)}`);
    };

    expect(mineTemplates(lines(), window, baseline).length).toBeLessThanOrEqual(4_000);
  });

  it('mines more than 50,000 lines a second', () => {
    const lines = Array.from({ length: 100_000 }, (_, at) =>
      line(`${at % 2 ? 'GET' : 'POST'} /orders/${at} answered 200 in ${at % 90} ms trace=${at.toString(16)}`),
    );
    // The fastest of three: other tests share the machine.
    const seconds = [0, 1, 2].map(() => {
      const startMs = performance.now();
      mine(lines);
      return (performance.now() - startMs) / 1_000;
    });

    expect(lines.length / Math.min(...seconds)).toBeGreaterThan(50_000);
  });
});

const logs = optionalData('rca/loghub2k/dev.tar.gz');
describe.skipIf(logs === null)('on labelled logs of eight systems (absent: skipped)', () => {
  it('groups at least 90 % of lines exactly as people did, with no setting per system', () => {
    const accuracies = labelledSystems(logs ?? '').map(groupingAccuracy);

    expect(accuracies.length).toBeGreaterThan(5);
    expect(accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length).toBeGreaterThanOrEqual(0.9);
  });
});

type Labelled = readonly { readonly text: string; readonly event: string }[];

function labelledSystems(archive: string): readonly Labelled[] {
  return readTar(gunzipSync(readFileSync(archive)))
    .filter(({ name }) => name.endsWith('_structured.csv'))
    .map(({ text }) => {
      const [head = [], ...rows] = readCsv(text);
      const [content, event] = [head.indexOf('Content'), head.indexOf('EventId')];
      return rows
        .filter((row) => row.length > event)
        .map((row) => ({ text: row[content] ?? '', event: row[event] ?? '' }));
    });
}

function readTar(bytes: Buffer): readonly { name: string; text: string }[] {
  const files: { name: string; text: string }[] = [];
  for (let at = 0; at + 512 <= bytes.length; ) {
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/su, '');
    const size = Number.parseInt(bytes.toString('utf8', at + 124, at + 136), 8) || 0;
    if (name !== '') files.push({ name, text: bytes.toString('utf8', at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const readCsv = (text: string): readonly (readonly string[])[] =>
  text
    .split(/\r?\n(?=\d+,|$)/u)
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gu)].map((cell) =>
        (cell[1] ?? cell[2] ?? '').replaceAll('""', '"'),
      ),
    );

function groupingAccuracy(lines: Labelled): number {
  const templates = mine(lines.map(({ text }) => line(text))).map(({ template }) => template.split(' '));
  const holes = (tokens: readonly string[]): number => tokens.filter((token) => token === '<*>').length;
  const ordered = templates.toSorted((a, b) => holes(a) - holes(b));
  const fits = (tokens: readonly string[], text: readonly string[]): boolean =>
    tokens.length === text.length && tokens.every((token, at) => token === '<*>' || token === text[at]);
  const ours = lines.map(({ text }) => String(ordered.findIndex((tokens) => fits(tokens, tokenize(text)))));
  const members = (keys: readonly string[]): Map<string, string> => {
    const groups = new Map<string, string>();
    for (const [at, key] of keys.entries()) groups.set(key, `${groups.get(key) ?? ''}${at},`);
    return groups;
  };
  const [mined, labelled] = [members(ours), members(lines.map(({ event }) => event))];
  const right = lines.filter(({ event }, at) => mined.get(ours[at] ?? '') === labelled.get(event));
  return right.length / lines.length;
}
