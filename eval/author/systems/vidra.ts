/** Video streaming: viewers start and watch; uploads are transcoded behind a queue. Go and TypeScript. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const access = '<clock> INFO  <pick:GET|GET|HEAD> /v1/<pick:play|manifest|segment>/<hex:8> 200 <int:8-190>ms';

export const vidra: SystemSketch = {
  name: 'vidra',
  owner: 'playback',
  repository: 'vidra/platform',
  folderOf: (service) => `apps/${service}/`,
  callFails: (to) => `<clock> ERROR upstream=${to} status=<pick:502|503|500> after <int:20-900>ms req=<request>`,
  services: [
    code('player-gateway', 'Player gateway', {
      tier: 1,
      pods: 8,
      ms: 24,
      enters: 210,
      certificateDays: 54,
      calls: {
        manifest: [0.9, 0.8, 0.85],
        'playback-auth': [0.5, 0.5, 0.6],
        titles: [0.3, 0.3, 0.25],
        beacon: [0.6, 0.05, 0.02],
      },
      says: [['info', access, 5]],
    }),
    code('manifest', 'Manifest service', {
      tier: 1,
      pods: 6,
      ms: 35,
      logs: 'cloudwatch',
      memory: 0.58,
      calls: { 'origin-shield': [0.4, 0.5, 0.8], 'session-cache': [1, 1, 0.9] },
      says: [
        ['info', '<clock> INFO  manifest built title=<hex:8> variants=<int:4-9> in <int:6-48>ms', 4],
        ['warn', '<clock> WARN  slow rendition list title=<hex:8> <int:200-340>ms', 0.2],
      ],
    }),
    code('origin-shield', 'Origin shield', {
      pods: 4,
      ms: 40,
      certificateDays: 88,
      calls: { 'segment-store': [0.5, 0.5, 0.9] },
      says: [['info', '<clock> INFO  shield <pick:HIT|HIT|HIT|MISS> /<hex:6>/<int:1-900>.m4s <int:200-999>kB', 4]],
    }),
    code('playback-auth', 'Playback authorisation', {
      tier: 1,
      ms: 28,
      calls: { 'drm-proxy': [0.6, 0.8, 0.9], 'session-cache': [1, 1, 0.8] },
      says: [
        [
          'info',
          '{"level":"info","msg":"entitlement granted","plan":"<pick:basic|family|cinema>","req":"<request>"}',
          3,
        ],
      ],
    }),
    code('drm-proxy', 'DRM proxy', {
      ms: 18,
      throttled: true,
      calls: { keysmith: [1, 1, 1] },
      says: [
        ['info', '{"level":"info","msg":"license issued","system":"<pick:widevine|fairplay>","ms":<int:80-190>}', 3],
      ],
    }),
    code('titles', 'Title catalogue', {
      pods: 3,
      ms: 26,
      logs: 'cloudwatch',
      pool: 0.32,
      calls: { 'titles-db': [1.4, 1, 1] },
      says: [['info', '<clock> INFO  titles.find locale=<pick:de|en|fr|es> rows=<int:1-60> <int:4-40>ms', 3]],
    }),
    code('transcoder', 'Transcoder', {
      tier: 3,
      pods: 5,
      ms: 900,
      cpu: 0.62,
      memory: 0.55,
      enters: 3,
      calls: { 'segment-store': [2, 0.2, 0.8] },
      says: [['info', '<clock> INFO  job <hex:8> <pick:480p|720p|1080p> done in <int:30-240>s', 2]],
    }),
    code('beacon', 'Viewing beacons', {
      tier: 3,
      ms: 9,
      says: [['info', '{"level":"info","msg":"flushed","events":<int:200-900>}', 1]],
    }),
    store('titles-db', 'Titles database (managed PostgreSQL)', {
      says: [['info', '<time> LOG:  checkpoint complete: wrote <int:200-4000> buffers', 0.3]],
    }),
    store('session-cache', 'Session cache (managed Redis)', {
      ms: 1.5,
      says: [['info', '<int:1-9>:M <clock> * Background saving terminated with success', 0.1]],
    }),
    external('segment-store', 'Segment store (object storage)', { ms: 45 }),
    external('keysmith', 'Keysmith (DRM licences)', { ms: 110 }),
  ],
  files: {
    'README.md': '# Vidra platform\n\nOne app per folder in `apps/`. A merge deploys the apps it touches.\n',
    'apps/player-gateway/routes.ts':
      "import { proxy } from './proxy';\n\nexport const routes = [\n  { path: '/v1/play', to: 'playback-auth', timeoutMs: 1500 },\n  { path: '/v1/manifest', to: 'manifest', timeoutMs: 2000 },\n  { path: '/v1/titles', to: 'titles', timeoutMs: 1200 },\n].map(proxy);\n",
    'apps/titles/sort.go':
      'package titles\n\n// Newest first, then by name.\nfunc byRelease(a, b Title) bool {\n\tif a.Year != b.Year {\n\t\treturn a.Year > b.Year\n\t}\n\treturn a.Name < b.Name\n}\n',
    'apps/beacon/batch.ts': 'export const batchSize = 500;\nexport const flushEveryMs = 2000;\n',
    'apps/playback-auth/plans.ts':
      "export const plans = {\n  basic: { streams: 1, quality: '720p' },\n  family: { streams: 4, quality: '1080p' },\n  cinema: { streams: 4, quality: '2160p' },\n};\n",
    'apps/transcoder/ladder.yaml':
      'ladder:\n  - { name: 480p, bitrate: 1400 }\n  - { name: 720p, bitrate: 2800 }\n  - { name: 1080p, bitrate: 5200 }\n',
    'apps/drm-proxy/README.md': '# drm-proxy\n\nTalks to Keysmith. Keys never touch a disk.\n',
  },
  chores: [
    pull(
      ['titles: sort ties by name without case', 'Asked for by the editors.', 'bea-h'],
      ['apps/titles/sort.go', 'return a.Name < b.Name', 'return strings.ToLower(a.Name) < strings.ToLower(b.Name)'],
      { deploys: ['titles'] },
    ),
    pull(
      ['beacon: flush every three seconds', 'Fewer, larger writes.', 'ike-r'],
      ['apps/beacon/batch.ts', 'flushEveryMs = 2000', 'flushEveryMs = 3000'],
      { deploys: ['beacon'] },
    ),
    pull(
      ['playback-auth: basic plan may stream in 1080p', 'Marketing announced it.', 'suri-t'],
      ['apps/playback-auth/plans.ts', "streams: 1, quality: '720p'", "streams: 1, quality: '1080p'"],
      { deploys: ['playback-auth'] },
    ),
    pull(
      ['transcoder: a little more bitrate for 720p', 'Banding in dark scenes.', 'ike-r'],
      ['apps/transcoder/ladder.yaml', 'bitrate: 2800', 'bitrate: 3000'],
      { deploys: ['transcoder'] },
    ),
    pull(
      ['drm-proxy: say where the keys are', 'Docs only.', 'suri-t'],
      [
        'apps/drm-proxy/README.md',
        'Keys never touch a disk.',
        'Keys never touch a disk; they live in memory for five minutes.',
      ],
      { deploys: [] },
    ),
    pull(
      ['README: who is on call', 'Docs only.', 'bea-h'],
      [
        'README.md',
        'A merge deploys the apps it touches.',
        'A merge deploys the apps it touches. Playback is on call.',
      ],
      { deploys: [] },
    ),
  ],
};
