import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embeddedHome } from '../store/databases.ts';
import { runChild } from '../store/run-child.ts';

const program = new URL('./steps-child.ts', import.meta.url);

test('a workflow killed between and inside its steps ends after the restart, and no recorded step runs again', async () => {
  const home = await embeddedHome();
  const effects = join(home, 'effects');
  writeFileSync(effects, '');
  const reached = (word: string) => (): boolean => readFileSync(effects, 'utf8').includes(word);

  const first = runChild(program, [home, effects, 'start']);
  await first.said(reached('two began'));
  await first.kill();
  const second = runChild(program, [home, effects]);
  await second.said(reached('two ended'));
  await second.said((said) => said.includes('waiting'));
  await second.kill();
  const third = runChild(program, [home, effects, 'approve']);
  expect(await third.exited).toBe(0);

  const lines = readFileSync(effects, 'utf8').split('\n').slice(0, -1);
  rmSync(home, { recursive: true, force: true });
  const times = (word: string): number => lines.filter((line) => line === word).length;
  expect([times('one began'), times('one ended')]).toEqual([1, 1]);
  expect([times('two began'), times('two ended')]).toEqual([2, 1]);
  expect([times('three ana began'), times('three ana ended')]).toEqual([1, 1]);
}, 120_000);
