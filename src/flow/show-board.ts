/** The hypothesis board of a running investigation: one reply in the thread, edited as the model's mind moves. */
import { type Board, emptyBoard, updateBoard } from '../core/board.ts';
import type { Incident } from '../core/incident.ts';
import type { MessageRef } from '../ports.ts';
import { boardCard } from './cards/board.ts';
import type { FirstLook } from './first-look.ts';
import type { InvestigationRequest } from './investigator.ts';
import { keyOf, type Round } from './round.ts';
import { post, threadOf, update } from './show.ts';
import type { World } from './world.ts';

export type Watched = {
  readonly incident: Incident;
  readonly round: Round;
  readonly look: Pick<FirstLook, 'telemetry'>;
  readonly status: MessageRef;
};

/** Every update goes through the citation gate before anybody sees it; a chat that is away holds nothing up. */
export function boardShower(world: World, watched: Watched): InvestigationRequest['showBoard'] {
  const { incident, look } = watched;
  const names = {
    entities: new Set(world.catalogue.services.map(({ id }) => id)),
    changes: new Set(look.telemetry.changes.map(({ id }) => id)),
    tools: new Set(world.tools.map(({ tool }) => tool.name)),
  };
  let board = emptyBoard;
  let shown: MessageRef | null = null;
  return async (submitted, turn) => {
    const evidence = await world.store.evidence(incident.id);
    const updated = updateBoard(board, submitted, { ...names, evidence, turn });
    board = updated.board;
    await record(world, incident, { board, refused: updated.refused, turn });
    try {
      shown = await show(world, watched, { card: boardCard(board, evidence), shown });
    } catch (error) {
      world.log.warn({ error }, 'the board could not be shown');
    }
    return updated.refused;
  };
}

type Showing = { readonly card: ReturnType<typeof boardCard>; readonly shown: MessageRef | null };

async function show(world: World, { incident, round, status }: Watched, { card, shown }: Showing): Promise<MessageRef> {
  if (shown) {
    await update(world, shown, card);
    return shown;
  }
  const key = keyOf(round, `board:${incident.id}`);
  return post(world, { place: threadOf(status), card, key, incident: incident.id });
}

function record(
  world: World,
  incident: Incident,
  { board, refused, turn }: { board: Board; refused: readonly string[]; turn: number },
): Promise<number> {
  const moved = board.lines.filter((line) => line.turn === turn);
  return world.store.audit(null, {
    kind: 'hypothesis.board',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      turn,
      moves: moved.map(({ kind, entity, change, move, because }) => ({
        kind,
        entity,
        change,
        move,
        evidence: [...new Set((because?.citations ?? []).map(({ evidence }) => evidence))],
      })),
      next: board.next.map(({ tool, service }) => ({ tool, service })),
      refused: [...refused],
    },
  });
}
