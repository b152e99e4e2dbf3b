/** Names as Kubernetes generates them: no vowels, no digits that look like letters. */
import { drawInteger, keyOf } from '../dice.ts';

const signs = 'bcdfghjklmnpqrstvwxz2456789';

export const generatedName = (length: number, ...parts: readonly (string | number)[]): string => {
  const key = keyOf('generated', ...parts);
  return Array.from({ length }, (_, index) => signs[drawInteger(key, index, [0, signs.length - 1])]).join('');
};

export const namespace = 'shop';
export const nodeNames = ['ip-10-20-1-17', 'ip-10-20-2-104', 'ip-10-20-3-58', 'ip-10-20-3-211'].map(
  (host) => `${host}.eu-central-1.compute.internal`,
);
