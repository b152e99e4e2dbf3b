import { contextRules } from './context-rules.ts';
import type { Rule } from './rule.ts';
import { tokenRules } from './token-rules.ts';
import { vendorRules } from './vendor-rules.ts';

/** Off unless asked for: addresses are often the subject of an incident. */
export const emailRule: Rule = {
  kind: 'email',
  hints: ['@'],
  pattern: '(?i)[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})*\\.[a-z]{2,24}',
  group: 0,
};

export const secretRules: readonly Rule[] = [...tokenRules, ...vendorRules, ...contextRules];
