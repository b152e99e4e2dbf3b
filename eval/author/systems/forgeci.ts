/** Continuous integration as a service: pushes become jobs, jobs run on runners, logs and artifacts are kept. Go. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const slog = (level: string, text: string): string => `time=<time> level=${level} ${text}`;

export const forgeci: SystemSketch = {
  name: 'forgeci',
  owner: 'build',
  repository: 'forgeci/forge',
  folderOf: (service) => `cmd/${service}/`,
  callFails: (to) =>
    slog(
      'ERROR',
      `msg="backend error" backend=${to} err="<pick:EOF|503 Service Unavailable|context deadline exceeded|500 Internal Server Error>" req=<request>`,
    ),
  services: [
    code('forge-web', 'Build pages', {
      tier: 1,
      pods: 5,
      ms: 45,
      enters: 60,
      certificateDays: 83,
      calls: { 'forge-api': [1.5, 0.7, 0.8], 'log-stream': [0.4, 0.3, 0.3] },
      says: [['info', slog('INFO', 'msg=page path=/<pick:builds|jobs|repos>/<hex:5> status=200 ms=<int:40-260>'), 4]],
    }),
    code('hook-intake', 'Webhook intake', {
      tier: 1,
      pods: 3,
      ms: 12,
      enters: 25,
      calls: { 'job-scheduler': [1, 0.6, 0.9] },
      says: [['info', slog('INFO', 'msg="hook accepted" event=<pick:push|pull_request> delivery=<hex:8>'), 3]],
    }),
    code('forge-api', 'Build API', {
      tier: 1,
      pods: 5,
      ms: 22,
      logs: 'cloudwatch',
      pool: 0.31,
      calls: { 'jobs-db': [2, 1, 1], 'forge-cache': [1, 0.6, 0.3], 'job-scheduler': [0.2, 0.3, 0.4] },
      says: [['info', slog('INFO', 'msg=rpc method=<pick:GetBuild|ListJobs|GetJob> ms=<int:6-60>'), 4]],
    }),
    code('job-scheduler', 'Job scheduler', {
      tier: 1,
      pods: 3,
      ms: 30,
      pool: 0.36,
      calls: { 'jobs-db': [3, 1, 1], 'runner-pool': [0.8, 0.3, 0.5] },
      says: [
        ['info', slog('INFO', 'msg=scheduled job=<hex:8> queue=<pick:linux|linux|arm|mac> waited=<int:1-20>s'), 4],
      ],
    }),
    code('runner-pool', 'Runner pool', {
      tier: 1,
      pods: 6,
      ms: 80,
      cpu: 0.58,
      logs: 'cloudwatch',
      memory: 0.57,
      calls: { 'artifact-store': [1, 0.5, 0.9], 'log-stream': [2, 0.05, 0.05] },
      says: [
        [
          'info',
          slog('INFO', 'msg="job finished" job=<hex:8> result=<pick:success|success|failure> took=<int:20-900>s'),
          4,
        ],
      ],
    }),
    code('artifact-store', 'Artifacts', {
      tier: 2,
      pods: 3,
      ms: 35,
      calls: { bucketeer: [1.2, 1, 1] },
      says: [['info', slog('INFO', 'msg=put key=<hex:8> bytes=<int:10000-9000000> ms=<int:40-300>'), 3]],
    }),
    code('log-stream', 'Log streaming', {
      tier: 2,
      pods: 4,
      ms: 14,
      memory: 0.52,
      calls: { 'forge-cache': [1, 0.8, 0.9] },
      says: [['info', slog('INFO', 'msg=flush job=<hex:8> lines=<int:10-900>'), 3]],
    }),
    store('jobs-db', 'Jobs database (managed PostgreSQL)', {
      tier: 1,
      says: [['info', '<time> LOG:  automatic analyze of table "forge.public.jobs"', 0.1]],
    }),
    store('forge-cache', 'Cache (managed Redis)', { ms: 1.3, says: [] }),
    external('bucketeer', 'Bucketeer (object storage)', { ms: 70 }),
  ],
  files: {
    'README.md': '# Forge\n\nOne binary per folder of `cmd/`.\n',
    'cmd/forge-web/theme.go': 'package main\n\nvar theme = "day"\n\nvar pageSize = 30\n',
    'cmd/log-stream/limits.go': 'package main\n\nconst maxLineBytes = 16384\n',
    'cmd/artifact-store/retention.go': 'package main\n\nconst retentionDays = 30\n',
    'cmd/hook-intake/events.go': 'package main\n\nvar events = []string{"push", "pull_request", "tag"}\n',
    'cmd/runner-pool/README.md': '# Runner pool\n\nLinux, arm and mac runners.\n',
    'cmd/forge-api/paging.go': 'package main\n\nconst pageMax = 100\n',
  },
  chores: [
    pull(
      ['forge-web: fifty builds a page', 'Asked often.', 'ola-m'],
      ['cmd/forge-web/theme.go', 'pageSize = 30', 'pageSize = 50'],
      { deploys: ['forge-web'] },
    ),
    pull(
      ['log-stream: longer lines', 'Webpack prints novels.', 'bram-q'],
      ['cmd/log-stream/limits.go', '16384', '32768'],
      { deploys: ['log-stream'] },
    ),
    pull(
      ['artifacts: keep 45 days', 'Plan change.', 'cleo-d'],
      ['cmd/artifact-store/retention.go', 'retentionDays = 30', 'retentionDays = 45'],
      { deploys: ['artifact-store'] },
    ),
    pull(
      ['hook-intake: release events', 'Needed for tags.', 'ola-m'],
      ['cmd/hook-intake/events.go', '"tag"}', '"tag", "release"}'],
      { deploys: ['hook-intake'] },
    ),
    pull(
      ['runner-pool: document mac runners', 'Docs.', 'bram-q'],
      [
        'cmd/runner-pool/README.md',
        'Linux, arm and mac runners.',
        'Linux, arm and mac runners. Mac runners sleep at night.',
      ],
      { deploys: [] },
    ),
    pull(
      ['forge-api: pages of up to 200', 'For the importer.', 'cleo-d'],
      ['cmd/forge-api/paging.go', 'pageMax = 100', 'pageMax = 200'],
      { deploys: ['forge-api'] },
    ),
  ],
};
