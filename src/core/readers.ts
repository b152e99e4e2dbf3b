/** Who may read what a source said. Everybody in the channel, unless the catalogue names groups for it. */
import type { Catalogue } from './catalogue.ts';
import { canonicalJson } from './digest.ts';
import { groupsOf } from './directory.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import { plainText } from './plain-text.ts';

/** One repository, log group or service whose evidence only some groups may read. */
export type Restriction = {
  /** As it is written in queries and results: `acme/secret`, `/aws/vault`, or a service id. */
  readonly of: string;
  readonly readers: readonly string[];
};

/** Who is in a channel, as its platform says now. `unknown`: it does not say, or it is shared with another organisation. */
export type Audience =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] };

/** Evidence that not everybody may read, with who may. Empty for a catalogue that restricts nothing. */
export type Restricted = ReadonlyMap<EvidenceId, readonly string[]>;

/** A source is meant wherever its name stands: in what was asked, where, and in what came back. */
export function restrictionsOn(item: Evidence, { restricted = [] }: Catalogue): readonly Restriction[] {
  if (restricted.length === 0) return [];
  const headline = item.headline.map((part) => (typeof part === 'string' ? part : plainText(part))).join('');
  const services = (item.readings ?? []).map(({ service }) => service).join(' ');
  const text = [item.query, item.link, headline, services, canonicalJson(item.input), canonicalJson(item.result)].join(
    ' ',
  );
  return restricted.filter(({ of }) => names(text, of));
}

function names(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'iu').test(text);
}

/** Whether every account belongs to a person of one of the groups. Nobody known, or nobody there, is no. */
export function mayRead(catalogue: Catalogue, platform: string, audience: Audience): (of: Restriction) => boolean {
  if (audience.kind === 'unknown' || audience.accounts.length === 0) return () => false;
  const groups = audience.accounts.map((account) => {
    const person = catalogue.people.find(({ accounts }) => accounts[platform] === account);
    return person ? groupsOf(catalogue, person.id) : [];
  });
  return ({ readers }) => groups.every((each) => each.some((group) => readers.includes(group)));
}

/** What this audience may not read, with the groups that may. */
export function restrictedFor(
  evidence: readonly Evidence[],
  catalogue: Catalogue,
  may: (of: Restriction) => boolean,
): Restricted {
  return new Map(
    evidence.flatMap((item) => {
      const kept = restrictionsOn(item, catalogue).filter((each) => !may(each));
      return kept.length === 0 ? [] : [[item.id, [...new Set(kept.flatMap(({ readers }) => readers))]] as const];
    }),
  );
}

/** Groups of one person decide what a page shows to them. */
export function restrictedToPerson(evidence: readonly Evidence[], catalogue: Catalogue, person: string): Restricted {
  const groups = groupsOf(catalogue, person);
  return restrictedFor(evidence, catalogue, ({ readers }) => readers.some((group) => groups.includes(group)));
}
