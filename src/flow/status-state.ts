import type { Line, Task } from '../core/card.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { StatusView } from './cards/status.ts';
import type { FirstLook } from './first-look.ts';
import { incidentUrl, type World } from './world.ts';

/** What the status message is built from. `look` is null until the first look is done. */
export type StatusState = {
  readonly incident: Incident;
  readonly look: Pick<FirstLook, 'gathered' | 'waiting' | 'gaps' | 'ranking'> | null;
  readonly hypotheses: readonly Hypothesis[];
  readonly label?: string;
  readonly footer?: string | null;
  readonly next?: Line;
  readonly trend?: Line;
};

export function statusView(world: World, state: StatusState): StatusView {
  const { incident, look, hypotheses } = state;
  return {
    incident,
    symptom: incident.symptom,
    ranking: look?.ranking ?? null,
    hypotheses,
    sources: world.tools.map(({ tool }) => sourceTask(tool.name, look)),
    gaps: look?.gaps ?? world.toolsOff,
    next: state.next ?? defaultNext(state),
    trend: state.trend ?? trend(state),
    stoppable: state.label === undefined && world.investigator !== null,
    label: state.label ?? (world.investigator ? null : 'Running without the model'),
    footer: state.footer ?? null,
    nowMs: world.clock.nowMs(),
    url: incidentUrl(world, incident.id),
  };
}

function sourceTask(tool: string, look: StatusState['look']): { name: string; state: Task['state']; says: Line } {
  const reads = look?.gathered.filter((each) => each.tool === tool) ?? [];
  if (!look) return { name: tool, state: 'in_progress', says: ['reading'] };
  if (look.waiting.has(tool)) return { name: tool, state: 'in_progress', says: ['no answer yet'] };
  const gaps = reads.filter(({ gap }) => gap !== null);
  const found = reads.filter(({ evidence, empty }) => evidence !== null && empty === null).length;
  if (reads.length === 0) return { name: tool, state: 'complete', says: ['nothing to ask here'] };
  if (gaps.length === reads.length) {
    return {
      name: tool,
      state: 'error',
      says: [`${gaps[0]?.gap?.reason ?? 'failed'}. Fix: ${gaps[0]?.gap?.fix ?? 'see doctor'}`],
    };
  }
  const failures = gaps.length > 0 ? `, ${gaps.length} failed` : '';
  return { name: tool, state: 'complete', says: [`${found} of ${reads.length} reads found something${failures}`] };
}

function defaultNext({ look, hypotheses, incident }: StatusState): Line {
  if (!look) return ['Reading logs, metrics, traces and changes'];
  if (look.ranking.outcome === 'nothing-wrong') return ['No action'];
  const first = hypotheses[0];
  if (!incident.symptom) return ['Tell me the service, for example: investigate checkout'];
  return first ? ['Checking whether something safe can be proposed'] : ['Look at the gaps on the incident page'];
}

function trend({ look }: StatusState): Line | null {
  if (!look) return null;
  const { onsetMs, after, outcome } = look.ranking;
  if (outcome === 'nothing-wrong') return calmTrend(onsetMs, after);
  return onsetMs === null ? ['Onset not found'] : ['Since ', { atMs: onsetMs }];
}

/** Calm is said of what was measured only: a monitor without data has no trend. */
function calmTrend(onsetMs: number | null, after: number | null): Line {
  if (after === null) return ['Not measured: the alerting signal has no data'];
  return onsetMs === null ? ['Within its usual range'] : ['Left its usual level at ', { atMs: onsetMs }, ', is back'];
}
