/**
 * What words may say beyond numbers. "Healthy" needs a number that measures that thing at the time that is meant; a share
 * needs something it is a share of; "all" and "none" need a result that was not cut short. English only.
 */
import { canonicalJson } from './digest.ts';
import type { Evidence } from './evidence.ts';
import type { ClaimCitation } from './findings.ts';
import type { Json } from './json.ts';
import { digitsForWords } from './number-words.ts';

/** What the gate knows of an evidence item. What is absent is not held against a claim. */
export type Known = Pick<Evidence, 'id' | 'result'> &
  Partial<Pick<Evidence, 'truncated' | 'window' | 'query' | 'input' | 'empty'>>;

/** What a claim is about when it names nothing itself, every name things go by, and the moment "is" means. */
export type About = {
  readonly subject: string;
  readonly entities: readonly { readonly id: string; readonly names: readonly string[] }[];
  readonly nowMs: number;
};

type Measurement = { readonly item: Known; readonly pointer: string; readonly value: number };

/** "Is" may be this much older than the newest reading. */
const recentMs = 10 * 60_000;

const calm =
  /\b(?:healthy|normal|nominal|unaffected|unchanged|stable|steady|fine(?!-)|operational|recover(?:s|ed)|intact|as expected|within (?:its|their|the) (?:usual|normal|expected)|at (?:its|their|the) (?:usual|normal)|no impact|no longer (?:fail|alert|violat|error)\w*|nothing (?:is )?wrong|(?:no|zero|0) (?:errors?|failures?|alerts?|anomal\w+|issues?|problems?|changes?(?= (?:in|to|was|were|since|of)\b|[.,;]|$))|as usual|all (?:good|clear))\b|(?<![\d.])100 ?%/giu;
const denied = /(?:\b(?:not|never|hardly|barely|far from|no longer|nor|cannot|without)|n['’]t)(?:\s+\w+){0,2}\s+$/iu;
const absence = /^(?:no|zero|0) (?:errors?|failures?|alerts?|anomal\w+|issues?|problems?)$/iu;

/** Why a claim that something is well does not stand, or null. */
export function unmeasuredCalm(
  text: string,
  {
    citations,
    evidence,
    about,
  }: { citations: readonly ClaimCitation[]; evidence: readonly Known[]; about?: About | undefined },
): string | null {
  const said = calmWords(text);
  if (said.length === 0) return null;
  const measured = measurementsOf(citations, evidence);
  if (measured.length === 0) return 'it says something is well without citing a measurement';
  for (const { 0: word, index } of said) {
    const why = unmeasured(clauseAt(text, index), word, { measured, text, about });
    if (why !== null) return why;
  }
  return null;
}

/** Where a text calls something well, without denying it. */
export const calmWords = (text: string): readonly RegExpExecArray[] =>
  [...text.matchAll(calm)].filter(({ index }) => !denied.test(text.slice(0, index)));

type Saying = { readonly measured: readonly Measurement[]; readonly text: string; readonly about: About | undefined };

function unmeasured(clause: string, word: string, { measured, text, about }: Saying): string | null {
  const timely = measured.filter((each) => isTimely(clause, each, about));
  if (timely.length === 0) return `it says "${word}" of a time that no cited number measures`;
  const absent = absence.test(word);
  if (absent && !timely.some(({ value, item }) => value === 0 && item.truncated !== true))
    return `it says "${word}" without citing a 0 from a complete result`;
  const quantity = quantities.find(
    ([, names]) => names.test(clause) && !timely.some((each) => names.test(saidBy(each))),
  );
  if (quantity && !absent) return `it says "${word}" of ${quantity[0]}, which no cited number measures`;
  const unseen = about && meantIn(clause, text, about).find((id) => !timely.some((each) => measures(each, id, about)));
  return unseen ? `it says "${word}" of ${unseen}, which no cited number measures` : null;
}

/** Things a sentence may call well, and the words by which a query or field shows that it measured them. */
const quantities: readonly (readonly [name: string, words: RegExp])[] = [
  ['the database', /database|\bdb\b|[-_]db\b|\brds\b|postgres|mysql|\bsql\b|\bpg_/iu],
  ['the CPU', /\bcpu|_cpu/iu],
  ['the memory', /memory|\bmem\b|\boom/iu],
  ['the disk', /\bdisk|volume|_disk/iu],
  ['the queue', /queue|backlog/iu],
  ['the cache', /cache|redis|memcached/iu],
  ['the network', /network|\bdns\b|packet/iu],
  ['the pool', /\bpool|_pool|connection/iu],
  ['latency', /latency|\bp\d\d\b|p\d\d_|duration|response time|_ms\b/iu],
  ['traffic', /traffic|throughput|request[ _]rate|requests|_rps\b/iu],
];

const saidBy = ({ item, pointer }: Measurement): string =>
  `${item.query ?? ''} ${item.input === undefined ? '' : canonicalJson(item.input)} ${pointer} ${alongPointer(item.result, pointer).join(' ')}`;

/** The strings that stand beside the number, from the root of the result down to it. */
function alongPointer(result: Json, pointer: string): readonly string[] {
  const texts: string[] = [];
  let at: Json | undefined = result;
  for (const step of ['', ...pointer.split('/').slice(1)]) {
    if (step !== '') at = memberOf(at, step.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (at === null || typeof at !== 'object') break;
    texts.push(...(Object.values(at) as readonly Json[]).filter((each) => typeof each === 'string'));
  }
  return texts;
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as { readonly [name: string]: Json })[key];
}

/** What stands next to the number decides; where nothing known does, the query it came from. */
function measures(measurement: Measurement, id: string, { entities }: About): boolean {
  const { item, pointer } = measurement;
  const beside = `${alongPointer(item.result, pointer).join(' ')} ${pointer.replaceAll('/', ' ')}`;
  const near = entities.filter(({ names }) => names.some((each) => namesIt(beside, each)));
  if (near.length > 0) return near.some((each) => each.id === id);
  const asked = `${item.query ?? ''} ${item.input === undefined ? '' : canonicalJson(item.input)}`;
  return entities.some((each) => each.id === id && each.names.some((name) => namesIt(asked, name)));
}

/** Whether what a citation points at speaks of an entity: the number's surroundings, the quote, else the query. */
export function citationSpeaksOf(
  { quote, number }: ClaimCitation,
  { item, id, about }: { item: Known; id: string; about: About },
): boolean {
  if (number !== undefined && measures({ item, pointer: number.pointer, value: number.value }, id, about)) return true;
  if (quote === undefined) return false;
  const named = about.entities.filter(({ names }) => names.some((each) => namesIt(quote, each)));
  return named.length > 0 ? named.some((each) => each.id === id) : measures({ item, pointer: '', value: 0 }, id, about);
}

/** A whole name; a pod's name counts as its workload's. */
function namesIt(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?:-[a-z0-9]{4,10}-[a-z0-9]{5})?(?![\\w-])`, 'iu').test(text);
}

/** What the clause names, else what the whole text names if that is one thing, else what the claim is about. */
function meantIn(clause: string, text: string, { entities, subject }: About): readonly string[] {
  const namedIn = (part: string): readonly string[] =>
    entities.filter(({ names }) => names.some((each) => namesIt(part, each))).map(({ id }) => id);
  const here = namedIn(clause);
  if (here.length > 0) return here;
  const anywhere = namedIn(text);
  return anywhere.length === 1 ? anywhere : [subject];
}

function clauseAt(text: string, index: number): string {
  const ends = /[.;:!?](?=\s|$)|,\s|\s(?:but|while|whereas|although|though|yet)\s/giu;
  let from = 0;
  for (const { 0: mark, index: at } of text.matchAll(ends)) {
    if (at >= index) return text.slice(from, at);
    from = at + mark.length;
  }
  return text.slice(from);
}

const past = /\b(?:was|were|had|remained|stayed|until|before|earlier|previously|used to|at baseline|recovered at)\b/iu;
const present = /\b(?:is|are|now|currently|remains?|stays?|still|has|have)\b/iu;
const baselineStep = /^(?:before|baseline|prior|previous|past|earlier)/iu;

/** The number was taken at the time the clause speaks of: a clock time it names, the past, or else now. */
function isTimely(clause: string, { item, pointer }: Measurement, about: About | undefined): boolean {
  const clock = /\b(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)\b/u.exec(clause)?.groups;
  if (clock && item.window) return coversClock(item.window, Number(clock['hour']) * 60 + Number(clock['minute']));
  if (past.test(clause) && !present.test(clause)) return true;
  const steps = pointer.split('/').slice(1);
  if (steps.some((step) => baselineStep.test(step))) return false;
  if (!about) return true;
  const takenAtMs = timeBeside(item.result, steps) ?? item.window?.toMs ?? about.nowMs;
  return takenAtMs >= about.nowMs - recentMs;
}

function coversClock({ fromMs, toMs }: Evidence['window'], minuteOfDay: number): boolean {
  const dayMs = 86_400_000;
  const first = Math.floor(fromMs / dayMs) * dayMs + minuteOfDay * 60_000;
  return [first, first + dayMs].some((atMs) => atMs >= fromMs - 60_000 && atMs <= toMs + 60_000);
}

/** The moment of a sample `[atMs, value]`. */
function timeBeside(result: Json, steps: readonly string[]): number | null {
  const pair = steps.slice(0, -1).reduce<Json | undefined>((at, step) => memberOf(at, step), result);
  const first = Array.isArray(pair) && pair.length === 2 ? (pair as readonly Json[])[0] : null;
  return typeof first === 'number' && first > 1e11 ? first : null;
}

const measurementsOf = (citations: readonly ClaimCitation[], evidence: readonly Known[]): readonly Measurement[] =>
  citations.flatMap(({ evidence: id, number }) => {
    const item = evidence.find((each) => each.id === id);
    // A search that found nothing measured nothing.
    return item && number && item.empty !== true ? [{ item, pointer: number.pointer, value: number.value }] : [];
  });

const sweeping =
  /\b(?:(?<!\b(?:at|after)\s)all(?!-| right)|every|each|none|always|never|entire(?:ly)?|everything|nothing|everywhere|nowhere|no other|not (?:a single|one))\b/iu;

/** "All" and "none" over a result that was cut short say more than was read. What a cited quote says itself is no claim. */
export function sweepingOverPart(
  text: string,
  { citations, evidence }: { citations: readonly ClaimCitation[]; evidence: readonly Known[] },
): string | null {
  const cut = citations.find(({ evidence: id }) => evidence.some((each) => each.id === id && each.truncated === true));
  if (!cut) return null;
  const own = citations.reduce((rest, { quote }) => (quote === undefined ? rest : rest.replaceAll(quote, ' ')), text);
  const word = sweeping.exec(own)?.[0];
  return word === undefined ? null : `it says "${word}" over ${cut.evidence}, whose result was cut short`;
}

const ofNothing = /\b0 (?:of|out of) (?:the )?0\b|\b0\/0\b|\b(?:all|none|every|each)(?: of)?(?: the)? 0\b/iu;
const share = /%|\b(?:ratio|share|rate|percentage|fraction|proportion|all|none|every)\b/iu;
const wholes =
  /^(?:total|totals|requests?|calls|samples|hits|checked|searched|expected|desired|replicas|denominator|lines|events|count|of|n)$/iu;

/** Never 100 % of nothing: a share whose whole is zero or unknown is no share. */
export function shareOfNothing(
  text: string,
  { citations, evidence }: { citations: readonly ClaimCitation[]; evidence: readonly Known[] },
): string | null {
  const digits = digitsForWords(text);
  if (ofNothing.test(digits)) return 'it states a share of nothing';
  if (!share.test(digits)) return null;
  const empty = measurementsOf(citations, evidence).find(({ item, pointer }) => hasEmptyWhole(item.result, pointer));
  return empty
    ? `it states a share of nothing: the whole beside ${empty.pointer} of ${empty.item.id} is zero or missing`
    : null;
}

function hasEmptyWhole(result: Json, pointer: string): boolean {
  const steps = pointer.split('/').slice(1);
  const cited = steps.at(-1);
  const parent = steps.slice(0, -1).reduce<Json | undefined>((at, step) => memberOf(at, step), result);
  if (parent === null || typeof parent !== 'object' || Array.isArray(parent)) return false;
  return Object.entries(parent ?? {}).some(
    ([name, value]) => name !== cited && wholes.test(name) && (value === 0 || value === null),
  );
}
