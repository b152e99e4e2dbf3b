/** `npm run eval -- [--model ID] [--runs N] [--only NAME,...] [--lab|--scenarios] [--record] [--by-hand DIRECTORY]`. */
import { env, stderr, stdout } from 'node:process';
import { evaluate } from './evaluate.ts';

try {
  const failed = await evaluate(process.argv.slice(2), {
    variables: env,
    print: (line) => void stdout.write(`${line}\n`),
    tell: (line) => void stderr.write(`${line}\n`),
  });
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
