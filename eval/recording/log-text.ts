/** Fills the blanks of a log template. The same key always fills them in the same way. */
import { drawInteger, hexadecimal, pick } from '../../src/lab/dice.ts';

/** `<int:3-90>`, `<hex:16>`, `<pick:a|b>`, `<time>` (ISO 8601, UTC), `<clock>` (`HH:MM:SS`), `<pod>`, `<request>`. */
const blank = /<(?:(?:int|hex|pick):[^<>]+|time|clock|pod|request)>/gu;

export type Line = { readonly key: number; readonly atMs: number; readonly pod: string; readonly request: string };

export function fillText(template: string, { key, atMs, pod, request }: Line): string {
  const plain: { readonly [name: string]: string } = {
    time: new Date(atMs).toISOString(),
    clock: new Date(atMs).toISOString().slice(11, 19),
    pod,
    request,
  };
  let index = 0;
  return template.replace(blank, (found) => {
    index += 1;
    const [name = '', of = ''] = found.slice(1, -1).split(/:(.*)/su);
    if (name === 'hex') return hexadecimal(key + index, Number(of));
    if (name === 'pick') return pick(key, index, of.split('|'));
    if (name !== 'int') return plain[name] ?? '';
    const [low = 0, high = 0] = of.split('-').map(Number);
    return String(drawInteger(key, index, [low, high]));
  });
}
