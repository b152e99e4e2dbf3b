/** How the recorded sets lie on disk: gzipped or plain JSON, JSON lines, and archives, for any split name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Plain or, by its name, gzipped text. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Throws with the file's name when it is not JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw new Error(`${path} is not a JSON document.`, { cause: error });
  }
}

/** One parsed document per line, or the error of that line, so that one bad line does not cost the others. */
export function readJsonLines(path: string): readonly unknown[] {
  const lines = readText(path).split('\n');
  return lines.flatMap((line, at) => (line.trim() === '' ? [] : [parseLine(line, `${path}, line ${at + 1}`)]));
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    return new Error(`${place} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Names in a folder in plain order; empty when there is no such folder. */
export const listFolder = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path).toSorted() : []);

const blockSize = 512;

/** The files of a `.tar` or `.tar.gz`, by the path they have inside it. */
export function readArchive(path: string): ReadonlyMap<string, Buffer> {
  const packed = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(packed) : packed;
  const files = new Map<string, Buffer>();
  let longName: string | null = null;
  for (let at = 0; at + blockSize <= bytes.length; ) {
    const header = bytes.subarray(at, at + blockSize);
    const size = Number.parseInt(textAt(header, 124, 12), 8) || 0;
    const content = bytes.subarray(at + blockSize, at + blockSize + size);
    const kind = textAt(header, 156, 1);
    if (kind === 'L') longName = textAt(content, 0, content.length);
    else {
      const name = longName ?? [textAt(header, 345, 155), textAt(header, 0, 100)].filter(Boolean).join('/');
      if ((kind === '0' || kind === '') && !basename(name).startsWith('._')) files.set(name, content);
      longName = null;
    }
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
  return files;
}

const textAt = (bytes: Buffer, from: number, length: number): string =>
  bytes
    .subarray(from, from + length)
    .toString('utf8')
    .replace(/\0.*$/su, '')
    .trim();
