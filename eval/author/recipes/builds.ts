import { pull } from '../services.ts';
import { after, climb, factor } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { forgeci } from '../systems/forgeci.ts';

const slog = (level: string, text: string): string => `time=<time> level=${level} ${text}`;

const claim = `package main

func (s *Scheduler) claim(ctx context.Context) (*Job, error) {
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(ctx)
	job, err := nextQueued(ctx, tx, "FOR UPDATE SKIP LOCKED")
	if err != nil {
		return nil, err
	}
	return job, tx.Commit(ctx)
}
`;

export const builds: readonly Recipe[] = [
  {
    folder: 'rowan-flat',
    title: 'Jobs end while they store their results',
    system: forgeci,
    zero: '2026-11-11T15:33:00Z',
    alert: { service: 'runner-pool', metric: 'error_ratio', name: 'Runner pool: error rate is high' },
    effects: [
      { on: 'bucketeer', what: 'errors', value: after(0, 0.3, { rise: 3 }) },
      { on: 'bucketeer', what: 'ms', value: after(0, 1_300, { rise: 3 }) },
    ],
    says: [
      [
        'artifact-store',
        'error',
        slog(
          'ERROR',
          'msg="put failed" store=bucketeer region=eu-north err="503 SlowDown: Please reduce your request rate." key=<hex:8>',
        ),
        [0, 60, 8],
      ],
    ],
    pulls: [
      pull(
        ['artifacts: keep sixty days', 'Plan change.', 'cleo-d'],
        ['cmd/artifact-store/retention.go', 'retentionDays = 30', 'retentionDays = 60'],
        { deploys: ['artifact-store'], live: -11 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'dependency-failure',
      entity: 'bucketeer',
      change: null,
      // The storage asks for fewer requests when it is ill: to call that a quota is a fair reading of its words.
      alternates: [{ kind: 'quota', entity: 'bucketeer', change: null }],
      onset: 0,
      why: 'The object storage is slow and answers 503 in one region. The rollout of artifacts eleven minutes before changed how long things are kept.',
      hardness: ['distractor-same-service', 'far-from-alert'],
    },
  },
  {
    folder: 'sorrel-deep',
    title: 'Jobs wait for ever',
    system: forgeci,
    zero: '2026-11-16T14:21:00Z',
    withoutCalls: true,
    alert: { service: 'job-scheduler', metric: 'latency_p95_ms', name: 'Job scheduler: p95 latency is high' },
    effects: [
      { on: 'job-scheduler', what: 'ms', value: after(0, 1_900, { rise: 4 }) },
      { on: 'job-scheduler', what: 'pool', value: after(0, 0.98, { rise: 3 }) },
    ],
    files: { 'cmd/job-scheduler/claim.go': claim },
    pulls: [
      pull(
        [
          'job-scheduler: strict order of jobs',
          'Skipping locked rows lets younger jobs overtake. Wait for the row instead.',
          'bram-q',
        ],
        ['cmd/job-scheduler/claim.go', '"FOR UPDATE SKIP LOCKED"', '"FOR UPDATE"'],
        { deploys: ['job-scheduler'], live: -1 },
      ),
      pull(['forge-web: night theme', 'Nice.', 'ola-m'], ['cmd/forge-web/theme.go', '"day"', '"auto"'], {
        deploys: ['forge-web'],
        live: -2,
      }),
    ],
    chores: 3,
    says: [
      [
        'job-scheduler',
        'warn',
        slog('WARN', 'msg="claim waited for a lock" ms=<int:1200-3800> workers=<int:20-24>'),
        [0, 60, 7],
      ],
      [
        'jobs-db',
        'warn',
        '<time> LOG:  process <int:1000-9000> still waiting for ShareLock on transaction <int:100000-999999> after 1000.<int:100-999> ms',
        [0, 60, 4],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'job-scheduler',
      change: 'job-scheduler: strict order of jobs',
      onset: 0,
      why: 'Without SKIP LOCKED all workers queue for the same row; the lock waits begin with the rollout.',
      hardness: ['no-traces', 'distractor-elsewhere'],
    },
  },
  {
    folder: 'thistle-top',
    title: 'Errors in the API, and closed doors',
    system: forgeci,
    zero: '2026-11-13T21:09:00Z',
    missing: [
      { vendor: 'github', how: 'forbidden' },
      { vendor: 'datadog', how: 'empty' },
      { vendor: 'cloudwatch', how: 'empty' },
    ],
    withoutCalls: true,
    alert: { service: 'forge-api', metric: 'error_ratio', name: 'Build API: error rate is high' },
    effects: [{ on: 'forge-api', what: 'errors', value: after(0, 0.17, { rise: 5 }) }],
    truth: {
      kind: 'cannot-tell',
      entity: null,
      change: null,
      onset: 0,
      why: 'Prometheus shows errors of one service and nothing else; logs are empty and the code host refuses the token. A rollout, bad data or its cache would look alike.',
      hardness: ['cannot-tell', 'missing-data', 'no-traces'],
    },
  },
  {
    folder: 'upland-nook',
    title: 'The hour of the backup',
    system: forgeci,
    zero: '2026-11-07T03:00:00Z',
    alert: {
      service: 'forge-api',
      metric: 'latency_p95_ms',
      name: 'Build API: p95 latency is high',
      threshold: 75,
      askedAfter: 25,
    },
    effects: [
      { on: 'jobs-db', what: 'ms', value: after(0, 24, { rise: 2, until: 14 }) },
      { on: 'jobs-db', what: 'ms', value: after(-1_440, 24, { until: -1_425 }) },
    ],
    says: [
      ['jobs-db', 'info', '<time> LOG:  base backup in progress, <int:5-95>% done', [-1_440, -1_425, 1], [0, 14, 1]],
    ],
    pulls: [
      pull(
        ['forge-api: pages of up to 150', 'For one customer.', 'cleo-d'],
        ['cmd/forge-api/paging.go', 'pageMax = 100', 'pageMax = 150'],
        { deploys: ['forge-api'], live: -48 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'nothing-wrong',
      entity: null,
      change: null,
      onset: null,
      why: 'The nightly backup slows the database for a quarter of an hour, yesterday as today; it is over and everything is normal.',
      hardness: ['healthy', 'distractor-same-service'],
    },
  },
  {
    folder: 'violet-spur',
    title: 'Log pages do not load',
    system: forgeci,
    zero: '2026-11-20T08:37:00Z',
    alert: {
      service: 'log-stream',
      metric: 'memory_ratio',
      name: 'Log streaming: memory is nearly full',
      threshold: 0.9,
    },
    effects: [
      { on: 'log-stream', what: 'memory', value: climb([-95, 0.53], [6, 0.99]) },
      { on: 'log-stream', what: 'restarts', value: (minute) => (minute >= 4 && minute % 6 === 0 ? 2 : 0) },
      { on: 'log-stream', what: 'errors', value: after(4, 0.2, { rise: 3 }) },
    ],
    files: {
      'cmd/log-stream/follow.go':
        'package main\n\nfunc (h *Hub) leave(v *Viewer) {\n\tclose(v.lines)\n\tdelete(h.viewers, v.id)\n}\n',
    },
    pulls: [
      pull(
        [
          'log-stream: viewers may come back',
          'Keep what a viewer has seen when the tab sleeps, so that it continues where it was.',
          'ola-m',
        ],
        ['cmd/log-stream/follow.go', '\tclose(v.lines)\n\tdelete(h.viewers, v.id)\n', '\tv.asleep = true\n'],
        { deploys: ['log-stream'], live: -97 },
      ),
      pull(
        ['forge-web: forty builds a page', 'Half way.', 'cleo-d'],
        ['cmd/forge-web/theme.go', 'pageSize = 30', 'pageSize = 40'],
        { deploys: ['forge-web'], live: -2 },
      ),
    ],
    chores: 2,
    says: [
      ['log-stream', 'warn', slog('WARN', 'msg="viewers asleep" count=<int:4000-9000>'), [-80, 60, 0.5]],
      ['log-stream', 'error', slog('ERROR', 'msg="fatal error: runtime: out of memory"'), [4, 60, 1]],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'log-stream',
      change: 'log-stream: viewers may come back',
      onset: -95,
      why: 'Viewers are never removed any more; memory grows from that rollout on until pods are killed.',
      hardness: ['slow-burn', 'distractor-elsewhere'],
    },
  },
  {
    folder: 'wren-close',
    title: 'Pushes start nothing',
    system: forgeci,
    zero: '2026-11-19T13:13:00Z',
    alert: { service: 'hook-intake', metric: 'error_ratio', name: 'Webhook intake: error rate is high' },
    effects: [
      { on: 'runner-pool', what: 'cpu', value: after(-6, 0.995, { rise: 4 }) },
      { on: 'runner-pool', what: 'times', value: factor(-5, 20, { rise: 4 }) },
      { on: 'runner-pool', what: 'errors', value: after(-2, 0.55, { rise: 3 }) },
    ],
    events: [
      {
        at: -6.5,
        title: 'Node pool runners-b drained',
        text: 'Kernel patches; twelve of eighteen nodes are out of rotation.',
        service: 'runner-pool',
        changeType: 'infrastructure',
      },
    ],
    says: [
      [
        'runner-pool',
        'error',
        slog('ERROR', 'msg="no capacity" queue=<pick:linux|arm> waiting=<int:80-600> nodes=6'),
        [-3, 60, 8],
      ],
    ],
    truth: {
      kind: 'infrastructure',
      entity: 'runner-pool',
      change: 'Node pool runners-b drained',
      alternates: [
        { kind: 'infrastructure', entity: 'runner-pool', change: null },
        { kind: 'resource-exhaustion', entity: 'runner-pool', change: 'Node pool runners-b drained' },
      ],
      onset: -6,
      why: 'Two thirds of the nodes were drained at once; the rest cannot carry the jobs, two hops behind the alert.',
      hardness: ['far-from-alert'],
    },
  },
];
