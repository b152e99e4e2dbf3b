import { contextRules } from './context-rules.ts';
import { personalFields } from './personal-fields.ts';
import { addressForms, personalForms } from './personal-forms.ts';
import type { RuleSet } from './rule.ts';
import { discordToken, tokenRules } from './token-rules.ts';
import { vendorRules } from './vendor-rules.ts';

/** What is masked besides secrets. */
export type Personal = { readonly personalData: boolean; readonly ipAddresses: boolean };

export const rulesFor = ({ personalData, ipAddresses }: Personal): RuleSet => ({
  worded: [...tokenRules, ...vendorRules, ...contextRules, ...(personalData ? personalFields : [])],
  formed: [discordToken, ...(personalData ? personalForms : []), ...(ipAddresses ? addressForms : [])],
});
