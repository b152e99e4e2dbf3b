/** Replicas that people added: a scaled service takes more traffic. Nothing of the fault goes away by itself. */
import { callsFrom, shopService } from './shop.ts';
import type { Intervention } from './world.ts';

/** New pods are scheduled, start and pass their checks; read replicas of a managed store as well. */
const scaledAfterMs = 75_000;
const factorMax = 10;

/** From `atMs` on, `service` takes `factor` times the traffic it was sized for. */
export type Room = { readonly service: string; readonly atMs: number; readonly factor: number };

/**
 * `scale.yml` sets the replicas of one service; `scale-out.yml` adds a percentage to a service, to what it calls directly and to their databases and caches.
 */
export const roomsOf = (interventions: readonly Intervention[]): readonly Room[] =>
  interventions
    .flatMap((intervention) => (intervention.kind === 'workflow' ? scaled(intervention) : []))
    .sort((left, right) => left.atMs - right.atMs);

function scaled({ workflow, inputs, atMs }: Extract<Intervention, { kind: 'workflow' }>): readonly Room[] {
  const service = shopService(inputs['service'] ?? '');
  if (service === null || service.external) return [];
  if (workflow === 'scale.yml') return given([service.id], Number(inputs['replicas']) / service.pods, atMs);
  if (workflow === 'scale-out.yml') return given(front(service.id), 1 + Number(inputs['percent']) / 100, atMs);
  return [];
}

function given(services: readonly string[], factor: number, atMs: number): readonly Room[] {
  if (!(factor > 0 && factor <= factorMax)) return [];
  return services.map((service) => ({ service, factor, atMs: atMs + scaledAfterMs }));
}

/** The service, what it calls directly, and the databases and caches of these. */
function front(id: string): readonly string[] {
  const direct = ours(id);
  const stores = direct.flatMap(ours).filter((each) => shopService(each)?.repository === null);
  return [...new Set([id, ...direct, ...stores])];
}

const ours = (id: string): readonly string[] =>
  callsFrom(id)
    .map(({ to }) => to)
    .filter((to) => shopService(to)?.external === false);

/** 1 where nobody scaled anything. */
export const roomAt = (rooms: readonly Room[], service: string, atMs: number): number =>
  rooms.findLast((room) => room.service === service && room.atMs <= atMs)?.factor ?? 1;
