import { readFile } from 'node:fs/promises';
import { parseTelemetryDocument, telemetryDocumentSchema } from '../rank-document.ts';
import { rank } from '../rootcause/rank.ts';
import { printJson, printLine } from './say.ts';
import { fail } from './with-system.ts';

export type RankOptions = { readonly in?: string; readonly json?: boolean; readonly schema?: boolean };

/** The engine alone on one telemetry document; without a document but with `schema`, what a document looks like. */
export async function rankFile({ in: file, json = false, schema = false }: RankOptions): Promise<number> {
  if (schema) printJson(telemetryDocumentSchema());
  if (schema) return 0;
  if (file === undefined) return fail(['Give --in FILE, a telemetry document; --schema prints what it looks like.']);
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
