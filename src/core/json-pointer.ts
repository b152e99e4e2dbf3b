import type { Json } from './json.ts';

/** The value at an RFC 6901 pointer, or undefined. Own properties only. */
export function atPointer(root: Json, pointer: string): Json | undefined {
  if (pointer === '') return root;
  if (!pointer.startsWith('/')) return undefined;
  let value: Json | undefined = root;
  for (const raw of pointer.slice(1).split('/')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    if (Array.isArray(value) && !/^\d+$/u.test(key)) return undefined;
    value = (value as { readonly [name: string]: Json })[key];
  }
  return value;
}
