import { readFile } from 'node:fs/promises';
import { parseTelemetryDocument } from '../rank-document.ts';
import { rank } from '../rootcause/rank.ts';
import { printJson, printLine } from './say.ts';
import { fail } from './with-system.ts';

/** The engine alone on one telemetry document. */
export async function rankFile(file: string, json: boolean): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return fail([`${file} cannot be read.`]);
  const document = parseJson(text);
  if (document === undefined) return fail([`${file} is not JSON.`]);
  const telemetry = parseTelemetryDocument(document);
  if (!telemetry.ok) return fail(telemetry.failure);
  const ranking = rank(telemetry.value);
  if (json) printJson(ranking);
  else {
    printLine(`${ranking.outcome}: ${ranking.because}`);
    for (const { entity, kind, change, score } of ranking.causes)
      printLine(`${score.toFixed(3)}  ${kind}  ${entity}  ${change ?? ''}`);
  }
  return 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
