import { readFileSync } from 'node:fs';

export type Prompts = {
  readonly [Name in 'system' | 'challenge' | 'digest' | 'closing' | 'plan' | 'reminder' | 'cut-off']: string;
};

/** The standing words, from `prompts/*.md`. Read once at start; throws when a file is missing. */
export function loadPrompts(): Prompts {
  const read = (name: string): string => readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8').trim();
  return {
    system: read('system'),
    challenge: read('challenge'),
    digest: read('digest'),
    closing: read('closing'),
    plan: read('plan'),
    reminder: read('reminder'),
    'cut-off': read('cut-off'),
  };
}
