/** A code change that keeps everything it ever saw; the symptom comes an hour or two after the deployment. */
import { drawInteger, pick } from '../dice.ts';
import type { Edit, Fault, Remedy } from '../fault.ts';
import { blankFault, errorsOf, latencyOf } from '../fault.ts';
import { codePull } from '../sources/source.ts';

type Variant = {
  readonly service: string;
  readonly title: string;
  readonly body: string;
  readonly edits: readonly Edit[];
  readonly alertOn: Fault['alertOn'];
  readonly usualMemory: number;
};

const variants: readonly Variant[] = [
  {
    service: 'catalog',
    title: 'Remember rendered product cards',
    body: 'Saves formatting the same card again and again. 8 % less CPU on staging.',
    edits: [
      {
        path: 'src/product-card.ts',
        find: 'export async function productCard(sku: string) {\n  const product = await findProduct(sku);',
        replace:
          'const rendered = new Map<string, object>();\n\nexport async function productCard(sku: string) {\n  const product = await findProduct(sku);\n  rendered.set(sku + Date.now(), product);',
      },
    ],
    alertOn: [errorsOf('web'), latencyOf('catalog')],
    usualMemory: 0.61,
  },
  {
    service: 'search',
    title: 'Keep parsed queries for suggestions',
    body: 'Suggestions read the last queries from memory instead of from the index.',
    edits: [
      {
        path: 'src/find.ts',
        find: "  const terms = text.toLowerCase().split(' ').slice(0, maxTerms);",
        replace:
          "  const terms = text.toLowerCase().split(' ').slice(0, maxTerms);\n  recent.push({ text, terms, at: Date.now() });",
      },
      {
        path: 'src/find.ts',
        find: 'export type Hit = {',
        replace: 'const recent: { text: string; terms: string[]; at: number }[] = [];\n\nexport type Hit = {',
      },
    ],
    alertOn: [errorsOf('web'), latencyOf('search')],
    usualMemory: 0.66,
  },
  {
    service: 'cart',
    title: 'Compare carts with their last version',
    body: 'Lets us see how often two tabs write the same cart.',
    edits: [
      {
        path: 'src/carts.ts',
        find: 'export function mergeCarts(guest: Cart, account: Cart): Cart {',
        replace:
          'const history = new Map<string, Cart[]>();\n\nexport function mergeCarts(guest: Cart, account: Cart): Cart {\n  history.set(account.id, [...(history.get(account.id) ?? []), guest, account]);',
      },
    ],
    alertOn: [errorsOf('checkout'), latencyOf('cart')],
    usualMemory: 0.44,
  },
];

/** From the first minute after the deployment to the first full heap, then up and down as pods are killed in turn. */
const heapAt = (minutesSinceOnset: number, { usual, fillMinutes }: { usual: number; fillMinutes: number }): number => {
  const filled = 1 + minutesSinceOnset / fillMinutes;
  if (filled <= 1) return usual + (0.97 - usual) * Math.max(0, filled);
  return 0.9 + 0.09 * ((minutesSinceOnset / 9) % 1);
};

/** A restart empties the heap; it fills again as it did after the deployment. */
const emptiedHeap = (service: string, fillMinutes: number): Remedy => ({
  workflow: 'restart.yml',
  turns: (inputs) => (inputs['service'] === service ? { againAfterMs: fillMinutes * 60_000 } : null),
});

export const memoryLeak = (key: number): Fault => {
  const { service, title, body, edits, alertOn, usualMemory } = pick(key, 0, variants);
  const fillMinutes = drawInteger(key, 1, [55, 100]);
  return {
    ...blankFault,
    entity: service,
    kind: 'bad-deploy',
    alertOn,
    rampMinutes: 8,
    remedies: [emptiedHeap(service, fillMinutes)],
    effects: { [service]: { latencyMs: 420, errorRatio: 0.2, restarts: 0.7, cpu: 0.86 } },
    creeping: (since): Fault['effects'] =>
      since < -fillMinutes ? {} : { [service]: { memory: heapAt(since, { usual: usualMemory, fillMinutes }) } },
    voices: [
      {
        service,
        level: 'error',
        perMinute: 1.6,
        says: (d) =>
          `FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory (${d.number(478, 511)} MB)`,
      },
      { service, level: 'warn', perMinute: 3, says: (d) => `event loop was blocked for ${d.number(280, 1600)}ms` },
      { service, level: 'info', perMinute: 1.2, says: () => 'server listening on :8080' },
    ],
    change: { type: 'pull', pull: codePull(service, { title, body, edits }), liveMinutesBefore: fillMinutes },
  };
};
