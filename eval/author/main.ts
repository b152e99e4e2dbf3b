/** `node eval/author/main.ts [--check]`: writes every scenario folder from its recipe; `--check` only compares. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOfRecipe } from './folder-files.ts';
import { recipes } from './recipes.ts';

const folders = fileURLToPath(new URL('../scenarios/', import.meta.url));
const check = process.argv.includes('--check');
let different = 0;
let bytes = 0;

for (const recipe of recipes) {
  const folder = join(folders, recipe.folder);
  const files = filesOfRecipe(recipe);
  if (!check) await mkdir(folder, { recursive: true });
  const stale = (await readdir(folder).catch(() => [])).filter((name) => !files.has(name));
  different += stale.length;
  if (!check) for (const name of stale) await rm(join(folder, name));
  for (const [name, text] of files) {
    bytes += Buffer.byteLength(text);
    const kept = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (kept === text) continue;
    different += 1;
    if (!check) await writeFile(join(folder, name), text);
  }
}
const known = new Set(recipes.map(({ folder }) => folder));
const strangers = (await readdir(folders)).filter((name) => !known.has(name));
process.stdout.write(
  `${recipes.length} scenarios, ${(bytes / 1_000_000).toFixed(2)} MB, ${different} files ${check ? 'differ' : 'written or removed'}` +
    `${strangers.length > 0 ? `; without a recipe: ${strangers.join(', ')}` : ''}.\n`,
);
if (check && different > 0) process.exitCode = 1;
