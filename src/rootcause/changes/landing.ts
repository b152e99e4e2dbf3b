import { linesAbout, strengthOf } from '../classes/failure-class.ts';
import { compareText } from '../order.ts';
import type { Picture, ServiceView } from '../picture.ts';
import type { Suspicion } from '../suspect-services.ts';
import type { JoinedChange } from './join-changes.ts';

export type Landing = {
  readonly entity: string;
  /** 0 to 1. */
  readonly suspicion: number;
  /** Whether anybody said that the change lands there. */
  readonly told: boolean;
};

/** What a guess of the service is worth; a diff that has much to do with the failure tells by itself. */
export const guessedWorth = 0.35;

type Scene = { readonly picture: Picture; readonly suspicions: ReadonlyMap<string, Suspicion> };

/** Where a change would do its harm: the most suspicious of the services it lands on, or of all when nobody said. */
export function landingOf(scene: Scene, change: JoinedChange): Landing | null {
  const views = [...scene.picture.services.values()];
  const told = change.services.length > 0;
  const places = views.filter(({ id, external }) => (told ? change.services.includes(id) : !external));
  const landings = places.map((view) => ({ entity: view.id, suspicion: suspicionOf(scene, change, view), told }));
  return landings.toSorted((a, b) => b.suspicion - a.suspicion || compareText(a.entity, b.entity))[0] ?? null;
}

/** Of the service itself, of a store it works on, of who reads its secret, or of the calls that a lost host lost. */
function suspicionOf({ picture, suspicions }: Scene, change: JoinedChange, view: ServiceView): number {
  const { score = 0, near = 1 } = suspicions.get(view.id) ?? {};
  const through = Math.max(0, ...view.calls.map((to) => throughStore(picture, suspicions, to)));
  const refused = isSecret(change) ? refusedReaders(picture, view) : 0;
  const lost = change.kind === 'infrastructure' ? lostCalls(view) : 0;
  return Math.max(score, 0.8 * through, near * 0.9 * refused, near * 0.8 * lost);
}

/** A leaf of ours with one or few callers, such as a database, fails by what it is asked. */
function throughStore(picture: Picture, suspicions: ReadonlyMap<string, Suspicion>, id: string): number {
  const view = picture.services.get(id);
  if (view === undefined || view.external || view.calls.length > 0) return 0;
  return suspicions.get(id)?.score ?? 0;
}

/** What secrets are called in the titles of platforms' events. */
const secret =
  /secret|credential|password|passphrase|\btokens?\b|\b(?:api|access|signing).?keys?\b|\bkeys?\b.{0,20}rotat|rotat\w*.{0,20}\bkeys?\b|vault/iu;

const isSecret = ({ diff, title }: JoinedChange): boolean => diff === '' && secret.test(title);

/** 0 to 1: how loudly a credential is refused, on the service or on those that call it: all of them read its secret. */
const refusedReaders = ({ services }: Picture, { id, calledBy }: ServiceView): number =>
  Math.max(
    ...[id, ...calledBy].map((reader) => strengthOf(linesAbout(services.get(reader)?.logs ?? [], 'credentials'))),
  );

/** 0 to 1: how ill the calls into it are. What a lost host no longer takes is in none of its own series. */
const lostCalls = ({ inbound }: ServiceView): number => Math.max(0, ...inbound.map(({ severity }) => severity));
