import type { Catalogue } from '../../src/core/catalogue.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { paymentsService } from './sample-service.ts';

type Standing = Awaited<ReturnType<ChatPlatform['account']>>['standing'];

/** Everybody who clicks, with what is true of them whatever the product thinks. */
export type Person = {
  readonly id: string;
  readonly standing: Standing;
  readonly owner: boolean;
  readonly onCall: boolean;
};

const person = (id: string, standing: Standing, { owner = false, onCall = false } = {}): Person => ({
  id,
  standing,
  owner,
  onCall,
});

/** `nobody` is in no directory; `gus` and `ines` own the service but are a guest and deactivated. */
export const cast = [
  person('olga', 'member', { owner: true }),
  person('omar', 'member', { owner: true }),
  person('carl', 'member', { onCall: true }),
  person('rita', 'member', { owner: true }),
  person('bo', 'member'),
  person('gus', 'guest', { owner: true }),
  person('ines', 'inactive', { owner: true }),
  person('nobody', 'stranger'),
] as const satisfies readonly Person[];

/** One who may not approve, one who may, and a guest. */
const glassGroup: readonly string[] = ['bo', 'omar', 'gus'];

export const personNamed = (id: string): Person | undefined => cast.find((each) => each.id === id);

export const castCatalogue: Catalogue = {
  version: 'c1',
  environment: 'prod',
  services: [paymentsService()],
  groups: [
    { id: 'payments', title: 'Payments', members: cast.filter(({ owner }) => owner).map(({ id }) => id) },
    { id: 'glass', title: 'Break glass', members: [...glassGroup] },
  ],
  breakGlass: 'glass',
  mcpServers: [],
  people: cast
    .filter(({ standing }) => standing !== 'stranger')
    .map(({ id, onCall }) => ({ id, name: id, onCall, accounts: { web: id } })),
};

/** Who may approve a plan, said once more and independently of the product. */
export function mayApproveInTruth(id: string, plan: Plan): boolean {
  const found = personNamed(id);
  if (found === undefined || found.standing !== 'member' || id === plan.requester) return false;
  return found.owner || found.onCall;
}

/** Who may break the glass, said once more. */
export const mayBreakGlassInTruth = (id: string, plan: Plan): boolean =>
  glassGroup.includes(id) && personNamed(id)?.standing === 'member' && id !== plan.requester;

export const peopleNeeded = ({ risk }: Plan): number => (risk === 1 ? 1 : 2);

/** A click as it really happened: who pressed what, on the card of which plan, when. */
export type TrueClick = {
  readonly key: string;
  readonly by: string;
  readonly sealed: SealedPlan;
  readonly presses: 'approve-plan' | 'reject-plan' | 'break-glass';
  /** Said why. */
  readonly reasoned: boolean;
  /** The button was forged: its value is not the one of any card. */
  readonly forged: boolean;
  /** Pressed in another channel than that of the request. */
  readonly elsewhere: boolean;
  /** On the plan's page: a moment ago, too long ago, as somebody else; or only a chat account. */
  readonly signedIn: 'no' | 'now' | 'long ago' | 'as another';
  readonly atMs: number;
};
