import { globSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecording, recordingFiles } from '../../eval/recording/read-recording.ts';
import { folderPath, folders, readScenario } from './all-scenarios.ts';
import { findLeaks, textsOf } from './find-leaks.ts';

describe('no scenario gives its answer away', () => {
  it.each(folders)('%s', async (folder) => {
    const { recording, truth } = await readScenario(folder);
    const texts = textsOf(recording);
    expect(texts.length).toBeGreaterThan(100);
    expect(findLeaks(texts, { ...truth, folder })).toEqual([]);
  });
});

describe('the search finds what is planted', () => {
  const answer = {
    folder: 'amber-quay',
    entity: 'ledger',
    hardness: ['lie' as const],
    why: 'The merge removed the guard and so the loop never ends.',
  };
  it.each`
    planted                                                    | complaint
    ${'ERROR bad-deploy of ledger'}                            | ${'the kind of cause'}
    ${'ledger: resource exhaustion'}                           | ${'the kind of cause'}
    ${'the root cause is ledger, roll it back'}                | ${'no lie'}
    ${'see scenarios/amber-quay/logs'}                         | ${'the folder'}
    ${'seeded for amber quay'}                                 | ${'the folder'}
    ${'as it says, the guard and so the loop never ends here'} | ${'words of the explanation'}
    ${'a distractor'}                                          | ${'a word of the scorer'}
  `('$planted', ({ planted, complaint }) => {
    expect(findLeaks(['all is well', planted], answer).join('\n')).toContain(complaint);
  });

  it('lets a lie point elsewhere, in a scenario that is said to have one', () => {
    const lie = ['the root cause is the search release, roll it back'];
    expect(findLeaks(lie, answer)).toEqual([]);
    expect(findLeaks(lie, { ...answer, hardness: ['plain'] })).toHaveLength(1);
  });
});

describe('the world cannot read the answer', () => {
  it('opens no file that holds it', () => {
    expect(recordingFiles).not.toContain('truth.json');
    const world = globSync(['eval/recording/*.ts', 'src/lab/**/*.ts']).filter((path) => !path.endsWith('/truth.ts'));
    expect(world.length).toBeGreaterThan(50);
    return Promise.all(
      world.map(async (path) => expect(await readFile(path, 'utf8'), path).not.toMatch(/truth\.(?:json|ts)/u)),
    );
  });

  it('reads a folder whose answer is broken, or something else', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-leak-'));
    try {
      const [folder = ''] = folders;
      await cp(folderPath(folder), directory, { recursive: true });
      const before = await readRecording(directory);
      await writeFile(join(directory, 'truth.json'), 'not JSON');
      expect(await readRecording(directory)).toEqual(before);
      await rm(join(directory, 'truth.json'));
      expect(await readRecording(directory)).toEqual(before);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
