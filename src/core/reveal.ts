import type { Tainted } from './tainted.ts';

/** The raw outside text. Importable only by `core/plain-text.ts` and `model/prompt.ts` (tidy test). */
export const reveal = (text: Tainted): string => text.untrusted;
