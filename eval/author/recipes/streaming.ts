import { pull } from '../services.ts';
import { after, climb, saw } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { vidra } from '../systems/vidra.ts';

const variants = `package manifest

type Rendition struct {
	Name    string
	Codec   *Codec
	Bitrate int
}

func playlist(renditions []Rendition) []Line {
	lines := make([]Line, 0, len(renditions))
	for _, r := range renditions {
		if r.Codec == nil {
			continue
		}
		lines = append(lines, Line{Name: r.Name, Codec: r.Codec.Tag, Bandwidth: r.Bitrate})
	}
	return lines
}
`;

const scratch = `package transcoder

type frames struct {
	pool [][]byte
}

func (f *frames) take(size int) []byte {
	if n := len(f.pool); n > 0 {
		buffer := f.pool[n-1]
		f.pool = f.pool[:n-1]
		return buffer[:size]
	}
	return make([]byte, size)
}

func (f *frames) give(buffer []byte) {
	if len(f.pool) < 64 {
		f.pool = append(f.pool, buffer)
	}
}
`;

export const streaming: readonly Recipe[] = [
  {
    folder: 'amber-quay',
    title: 'Playback errors on a weekday evening',
    system: vidra,
    zero: '2026-11-10T18:42:00Z',
    alert: { service: 'player-gateway', metric: 'error_ratio', name: 'Player gateway: error rate is high' },
    effects: [{ on: 'manifest', what: 'errors', value: after(0, 0.27, { rise: 3 }) }],
    files: { 'apps/manifest/playlist.go': variants },
    pulls: [
      pull(
        [
          'manifest: list renditions whose codec is still being probed',
          'Live channels showed too few qualities in the first seconds. Probing fills the codec later, so do not skip them.',
          'ike-r',
        ],
        ['apps/manifest/playlist.go', '\t\tif r.Codec == nil {\n\t\t\tcontinue\n\t\t}\n', ''],
        { deploys: ['manifest'], live: -1 },
      ),
      pull(
        ['playback-auth: four streams become five on the cinema plan', 'From the spring campaign.', 'suri-t'],
        [
          'apps/playback-auth/plans.ts',
          "cinema: { streams: 4, quality: '2160p' }",
          "cinema: { streams: 5, quality: '2160p' }",
        ],
        { deploys: ['playback-auth'], live: 0.6 },
      ),
    ],
    says: [
      [
        'manifest',
        'error',
        '<clock> ERROR panic recovered: runtime error: invalid memory address or nil pointer dereference title=<hex:8> at manifest.playlist playlist.go:12',
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'manifest',
      change: 'manifest: list renditions whose codec is still being probed',
      onset: 0,
      why: 'The merge removed the nil check; renditions without a codec panic in playlist.go a minute after the rollout.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'birch-lane',
    title: 'Viewers cannot start protected titles',
    system: vidra,
    zero: '2026-11-12T20:05:00Z',
    asked: '@causeway people cannot start films, what is going on?',
    alert: {
      service: 'playback-auth',
      metric: 'error_ratio',
      name: 'Playback authorisation: error rate is high',
      askedAfter: 3,
    },
    effects: [
      { on: 'keysmith', what: 'errors', value: after(0, 0.55, { rise: 2 }) },
      { on: 'keysmith', what: 'ms', value: after(0, 900, { rise: 2 }) },
    ],
    pulls: [
      pull(
        ['drm-proxy: count licences by plan', 'One more label on the counter, for the finance dashboard.', 'bea-h'],
        ['apps/drm-proxy/metrics.ts', "labels: ['system']", "labels: ['system', 'plan']"],
        { deploys: ['drm-proxy'], live: -24 },
      ),
    ],
    files: {
      'apps/drm-proxy/metrics.ts': "export const licences = counter({ name: 'licences_total', labels: ['system'] });\n",
    },
    says: [
      [
        'drm-proxy',
        'error',
        '{"level":"error","msg":"keysmith POST /v2/license 503","body":"upstream maintenance","ms":<int:700-1800>,"req":"<request>"}',
        [0, 60, 8],
      ],
      [
        'playback-auth',
        'warn',
        '{"level":"warn","msg":"license pending, client will retry","req":"<request>"}',
        [0, 60, 4],
      ],
    ],
    truth: {
      kind: 'dependency-failure',
      entity: 'keysmith',
      change: null,
      onset: 0,
      why: 'Keysmith answers 503 and is slow; drm-proxy itself is healthy and its deploy 24 minutes earlier only added a label.',
      hardness: ['distractor-same-service'],
    },
  },
  {
    folder: 'cedar-fold',
    title: 'Uploads finish late and transcoders come back again and again',
    system: vidra,
    zero: '2026-11-17T13:20:00Z',
    alert: {
      service: 'transcoder',
      metric: 'memory_ratio',
      name: 'Transcoder: memory is nearly full',
      threshold: 0.88,
    },
    effects: [
      {
        on: 'transcoder',
        what: 'memory',
        value: (minute) => (minute < -2 ? climb([-330, 0.55], [-2, 0.93])(minute) : saw(-2, 19, [0.78, 0.985])(minute)),
      },
      { on: 'transcoder', what: 'restarts', value: (minute) => (minute > 0 && (minute + 2) % 19 === 0 ? 3 : 0) },
      { on: 'transcoder', what: 'ms', value: climb([-120, 0], [10, 700]) },
      { on: 'transcoder', what: 'errors', value: after(2, 0.06) },
    ],
    files: { 'apps/transcoder/frames.go': scratch },
    pulls: [
      pull(
        [
          'transcoder: keep frame buffers for the next job',
          'Allocation is a tenth of the profile. The pool had a cap that made it useless for 1080p.',
          'ike-r',
        ],
        [
          'apps/transcoder/frames.go',
          '\tif len(f.pool) < 64 {\n\t\tf.pool = append(f.pool, buffer)\n\t}\n',
          '\tf.pool = append(f.pool, buffer)\n',
        ],
        { deploys: ['transcoder'], live: -332 },
      ),
      pull(
        ['transcoder: a little more bitrate for 1080p', 'Sport looks better.', 'suri-t'],
        ['apps/transcoder/ladder.yaml', 'bitrate: 5200', 'bitrate: 5400'],
        { deploys: ['transcoder'], live: -41 },
      ),
    ],
    says: [
      [
        'transcoder',
        'warn',
        '<clock> WARN  gc pause <int:120-480>ms heap=<int:5-7>.<int:0-9>GiB',
        [-200, -60, 0.5],
        [-60, 60, 3],
      ],
      ['transcoder', 'error', '<clock> ERROR worker exited: signal: killed (out of memory) job=<hex:8>', [0, 60, 1]],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'transcoder',
      change: 'transcoder: keep frame buffers for the next job',
      onset: -330,
      why: 'Memory climbs in a straight line from the rollout five and a half hours before, whose diff removes the cap of the buffer pool.',
      hardness: ['slow-burn', 'distractor-same-service'],
    },
  },
  {
    folder: 'dune-post',
    title: 'Segments stop arriving at midnight',
    system: vidra,
    zero: '2026-11-19T00:00:00Z',
    alert: { service: 'manifest', metric: 'error_ratio', name: 'Manifest service: error rate is high' },
    effects: [
      { on: 'origin-shield', what: 'certificate', value: (minute) => -minute / 1440 },
      { on: 'manifest>origin-shield', what: 'errors', value: after(0, 0.86) },
      { on: 'origin-shield', what: 'traffic', value: () => 1 },
    ],
    says: [
      [
        'manifest',
        'error',
        '<clock> ERROR origin-shield: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time <time> is after 2026-11-19T00:00:00Z',
        [0, 60, 9],
      ],
    ],
    pulls: [
      pull(
        ['origin-shield: log hits by size', 'For the cost report.', 'bea-h'],
        ['apps/origin-shield/log.go', 'bySize = false', 'bySize = true'],
        { deploys: ['origin-shield'], live: -160 },
      ),
    ],
    files: { 'apps/origin-shield/log.go': 'package shield\n\nvar bySize = false\n' },
    truth: {
      kind: 'certificate',
      entity: 'origin-shield',
      change: null,
      onset: 0,
      why: 'The certificate of origin-shield ended at midnight: its days reach zero, and its caller says so in every failed call.',
      hardness: ['plain'],
    },
  },
];
