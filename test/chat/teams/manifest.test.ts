import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { verbs } from '../../../src/core/command.ts';

const folder = new URL('../../../deploy/teams/', import.meta.url);
const Manifest = z.object({
  name: z.object({ short: z.string().max(30), full: z.string().max(100) }),
  description: z.object({ short: z.string().max(80), full: z.string().max(4_000) }),
  icons: z.object({ color: z.string(), outline: z.string() }),
  bots: z.tuple([
    z.object({
      commandLists: z
        .array(
          z.object({
            commands: z.array(z.object({ title: z.string().max(32), description: z.string().max(128) })).max(10),
          }),
        )
        .max(3),
    }),
  ]),
  authorization: z.object({
    permissions: z.object({ resourceSpecific: z.array(z.object({ name: z.string() })).max(16) }),
  }),
});
const manifest = Manifest.parse(JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')));

it('offers only commands the bot knows', () => {
  const offered = manifest.bots[0].commandLists.flatMap(({ commands }) =>
    commands.map(({ title }) => title.split(' ')[0]),
  );
  expect(offered.length).toBeGreaterThan(3);
  expect(offered.filter((verb) => !verbs.some((known) => known === verb))).toEqual([]);
});

it('asks for reading alone', () => {
  const names = manifest.authorization.permissions.resourceSpecific.map(({ name }) => name);
  expect(names).toEqual(['ChannelMessage.Read.Group', 'TeamMember.Read.Group']);
});

it('has icons of the sizes Teams wants', () => {
  const sizeOf = (name: string): readonly number[] => {
    const png = readFileSync(new URL(name, folder));
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };
  expect([sizeOf(manifest.icons.color), sizeOf(manifest.icons.outline)]).toEqual([
    [192, 192],
    [32, 32],
  ]);
});
