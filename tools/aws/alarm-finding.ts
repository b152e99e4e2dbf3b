import type { Catalogue } from '../../src/core/catalogue.ts';
import type { Window } from '../../src/core/evidence.ts';
import { taint } from '../../src/core/tainted.ts';
import type { MonitorState } from '../../src/rootcause/telemetry.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from '../reading/fit-view.ts';
import { round } from '../reading/series-shape.ts';
import { isoTime, sayWindow, shortTime } from '../reading/window.ts';
import { type AlarmMeaning, meaningOfCompositeAlarm, meaningOfMetricAlarm } from './alarm-meaning.ts';
import type { AlarmState, Alarms, Transition } from './alarms.ts';

type AlarmsRead = {
  readonly alarms: Alarms;
  /** Oldest first. */
  readonly transitions: readonly Transition[];
  readonly truncated: boolean;
};
type AlarmsSource = {
  readonly services: readonly string[];
  readonly catalogue: Catalogue;
  readonly window: Window;
  readonly query: string;
  readonly link: string;
};

type Alarm = AlarmMeaning & {
  readonly name: string;
  readonly state: AlarmState;
  /** Null when it is unknown since when. */
  readonly sinceMs: number | null;
  /** When it last went to ALARM, as far as that is known. */
  readonly triggeredAtMs: number | null;
  readonly composite: boolean;
  readonly silenced: boolean;
  readonly transitions: readonly Transition[];
};

/** Provenance B: CloudWatch computes states from numbers. Names and rules are people's words. */
export function alarmsFinding(read: AlarmsRead, source: AlarmsSource): Finding {
  const { services, window, query, link } = source;
  const alarms = alarmsOf(read, source.catalogue).toSorted(byUrgency(services));
  if (alarms.length === 0) {
    const searched = `CloudWatch alarms that alarm now or changed their state, ${sayWindow(window)}`;
    return { kind: 'empty', searched, query, window, link };
  }
  return {
    kind: 'found',
    result: { alarms: alarms.map(resultOf) },
    provenance: 'B',
    query,
    window,
    link,
    headline: headlineOf(alarms, services),
    chart: null,
    view: fitView({
      head: [
        `CloudWatch alarms that alarm now or changed, ${sayWindow(window)}`,
        ...(read.truncated ? ['not every alarm or change was read: narrow the window or give a prefix'] : []),
        'state | service | since | condition | changes in the window | name',
      ],
      rows: alarms.map(rowOf),
      things: 'alarms',
    }),
    signals: { monitors: alarms.flatMap((alarm) => monitorOf(alarm, services)) },
    truncated: read.truncated,
  };
}

function alarmsOf({ alarms, transitions }: AlarmsRead, catalogue: Catalogue): readonly Alarm[] {
  const about = (alarm: Omit<Alarms['composite'][number], 'AlarmRule'>) => {
    const own = transitions.filter(({ alarm: name }) => name === alarm.AlarmName);
    const changed = own.at(-1)?.atMs ?? alarm.StateTransitionedTimestamp?.getTime();
    const sinceMs = changed ?? alarm.StateUpdatedTimestamp?.getTime() ?? null;
    const raised = own.findLast(({ to }) => to === 'ALARM')?.atMs ?? null;
    return {
      name: alarm.AlarmName,
      state: alarm.StateValue,
      sinceMs,
      triggeredAtMs: raised ?? (alarm.StateValue === 'ALARM' ? sinceMs : null),
      silenced: !alarm.ActionsEnabled,
      transitions: own,
    };
  };
  return [
    ...alarms.metric.map((one) => ({ ...about(one), ...meaningOfMetricAlarm(one, catalogue), composite: false })),
    ...alarms.composite.map((one) => ({
      ...about(one),
      ...meaningOfCompositeAlarm(one, catalogue),
      composite: true,
    })),
  ];
}

const urgency = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 } as const;

/** The asked services first, then what alarms, then the latest. */
const byUrgency = (services: readonly string[]) => (one: Alarm, other: Alarm) =>
  Number(isAbout(other, services)) - Number(isAbout(one, services)) ||
  urgency[one.state] - urgency[other.state] ||
  (other.sinceMs ?? 0) - (one.sinceMs ?? 0) ||
  Number(one.name > other.name) - Number(one.name < other.name);

const isAbout = ({ service }: Alarm, services: readonly string[]): boolean =>
  service !== null && services.includes(service);

/**
 * Only what the engine can measure: one known metric of one asked service. INSUFFICIENT_DATA is left out: alarms on sparse
 * metrics are in it most of the time, and an incident about missing data would be a guess.
 */
function monitorOf(alarm: Alarm, services: readonly string[]): MonitorState[] {
  const { service, state, watches } = alarm;
  if (service === null || watches === null || state === 'INSUFFICIENT_DATA') return [];
  if (!watches.known || !services.includes(service)) return [];
  return [
    {
      monitor: alarm.name,
      title: alarm.name,
      query: alarm.condition,
      state: state === 'ALARM' ? 'alert' : 'ok',
      service,
      metric: watches.metric,
      comparator: watches.comparator,
      threshold: watches.threshold,
      triggeredAtMs: alarm.triggeredAtMs ?? 0,
    },
  ];
}

const resultOf = (alarm: Alarm) => ({
  name: alarm.name,
  state: alarm.state,
  service: alarm.service,
  since: alarm.sinceMs === null ? null : isoTime(alarm.sinceMs),
  condition: alarm.condition,
  metric: alarm.watches?.metric ?? null,
  threshold: alarm.watches === null ? null : round(alarm.watches.threshold),
  composite: alarm.composite,
  actionsEnabled: !alarm.silenced,
  transitions: alarm.transitions.map(({ atMs, from, to }) => ({ at: isoTime(atMs), from, to })),
});

function headlineOf(
  alarms: readonly Alarm[],
  services: readonly string[],
): Extract<Finding, { kind: 'found' }>['headline'] {
  const alarming = alarms.filter(({ state }) => state === 'ALARM');
  const own = alarming.filter((alarm) => isAbout(alarm, services));
  const first = own[0] ?? alarming[0];
  if (first === undefined) return [`No CloudWatch alarm alarms now; ${alarms.length} changed in the window.`];
  const since = first.sinceMs === null ? '' : ` since ${shortTime(first.sinceMs)} UTC`;
  return [
    `${alarming.length} CloudWatch alarms alarm now, ${own.length} of them on the asked services${since}: `,
    taint(`${first.name} (${first.condition})`.slice(0, 240)),
  ];
}

function rowOf(alarm: Alarm): string {
  const changes = alarm.transitions.map(({ atMs, to }) => `${shortTime(atMs).slice(11)} ${to}`);
  const shown = changes.length > 6 ? [`${changes.length - 6} earlier`, ...changes.slice(-6)] : changes;
  return [
    `${alarm.state}${alarm.silenced ? ' (actions off)' : ''}${alarm.composite ? ' (composite)' : ''}`,
    alarm.service ?? '?',
    alarm.sinceMs === null ? '?' : shortTime(alarm.sinceMs),
    alarm.condition.slice(0, 200),
    shown.join(', ') || 'none',
    alarm.name.slice(0, 120),
  ].join(' | ');
}
