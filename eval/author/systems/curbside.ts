/** Ride hailing: a rider asks, a driver is matched, a trip is priced and paid. Go, plain key=value logs. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const said = (text: string): string => `ts=<time> level=info ${text}`;

export const curbside: SystemSketch = {
  name: 'curbside',
  owner: 'marketplace',
  repository: 'curbside/rides',
  folderOf: (service) => `svc/${service}/`,
  callFails: (to) =>
    `ts=<time> level=error msg="rpc failed" peer=${to} code=<pick:Unavailable|Internal|DeadlineExceeded> req=<request>`,
  services: [
    code('rider-api', 'Rider API', {
      tier: 1,
      pods: 7,
      ms: 20,
      enters: 130,
      certificateDays: 64,
      calls: { dispatch: [0.25, 0.7, 0.9], pricing: [0.5, 0.6, 0.8], trips: [0.4, 0.4, 0.5] },
      says: [['info', said('msg=request route=<pick:/rides|/quotes|/trips> status=200 ms=<int:15-220>'), 5]],
    }),
    code('driver-api', 'Driver API', {
      tier: 1,
      pods: 6,
      ms: 14,
      enters: 260,
      calls: { 'driver-location': [0.9, 0.7, 0.8] },
      says: [['info', said('msg=ping drivers=<int:20-90> ms=<int:2-20>'), 4]],
    }),
    code('dispatch', 'Dispatch', {
      tier: 1,
      pods: 5,
      ms: 30,
      logs: 'cloudwatch',
      calls: { matching: [1, 0.9, 0.9], trips: [0.9, 0.5, 0.9], 'maps-provider': [0.7, 0.7, 0.5] },
      says: [['info', said('msg=dispatched ride=<hex:8> candidates=<int:3-18>'), 4]],
    }),
    code('matching', 'Matching', {
      tier: 1,
      pods: 5,
      ms: 55,
      cpu: 0.5,
      calls: { 'driver-location': [2, 0.8, 0.9] },
      says: [['info', said('msg=matched ride=<hex:8> score=0.<int:60-99> ms=<int:20-90>'), 4]],
    }),
    code('driver-location', 'Driver location', {
      tier: 1,
      pods: 6,
      ms: 8,
      logs: 'cloudwatch',
      calls: { 'geo-cache': [2, 1, 1] },
      says: [['info', said('msg=cell cell=<hex:6> drivers=<int:0-40>'), 4]],
    }),
    code('pricing', 'Pricing', {
      tier: 1,
      pods: 4,
      ms: 25,
      calls: { 'driver-location': [0.5, 0.5, 0.4], 'maps-provider': [0.5, 0.6, 0.4] },
      says: [['info', said('msg=quote zone=<int:1-80> surge=1.<int:0-8> ms=<int:12-70>'), 4]],
    }),
    code('trips', 'Trips', {
      tier: 1,
      pods: 4,
      ms: 18,
      pool: 0.34,
      calls: { 'trips-db': [2, 1, 1], cardwell: [0.1, 0.05, 0.2] },
      says: [['info', said('msg=trip state=<pick:requested|accepted|finished> id=<hex:8>'), 4]],
    }),
    store('geo-cache', 'Geo cache (managed Redis)', {
      tier: 1,
      ms: 1.2,
      memory: 0.62,
      says: [['info', '1:M <clock> * <int:10-90> changes in 60 seconds. Saving...', 0.3]],
    }),
    store('trips-db', 'Trips database (managed PostgreSQL)', {
      tier: 1,
      says: [['info', '<time> LOG:  automatic vacuum of table "rides.public.trips": index scans: 1', 0.1]],
    }),
    external('maps-provider', 'Waymark (maps and routes)', { ms: 90 }),
    external('cardwell', 'Cardwell (card payments)', { ms: 260 }),
  ],
  files: {
    'README.md': '# Rides\n\nServices in `svc/`. Merging to main rolls out what changed.\n',
    'svc/matching/weights.go':
      'package matching\n\nconst (\n\tweightDistance = 0.6\n\tweightRating   = 0.2\n\tweightIdle     = 0.2\n)\n',
    'svc/pricing/zones.yaml': 'zones: 80\nroundTo: 0.10\nminimum: 4.50\n',
    'svc/trips/receipt.go':
      'package trips\n\nfunc receiptTitle(t Trip) string {\n\treturn "Your ride on " + t.Day()\n}\n',
    'svc/driver-location/ttl.go':
      'package location\n\n// Seconds after which a silent driver is gone.\nconst ttlSeconds = 45\n',
    'svc/rider-api/README.md': '# Rider API\n\nEdge of the rider apps.\n',
    'svc/dispatch/backoff.go': 'package dispatch\n\nvar backoff = []int{200, 400, 800}\n',
  },
  chores: [
    pull(
      ['matching: a little more weight on idle time', 'A/B test 41 said yes.', 'oyin-a'],
      ['svc/matching/weights.go', 'weightIdle     = 0.2', 'weightIdle     = 0.25'],
      { deploys: ['matching'] },
    ),
    pull(
      ['pricing: minimum fare 4.80', 'Finance, from Monday.', 'teo-m'],
      ['svc/pricing/zones.yaml', 'minimum: 4.50', 'minimum: 4.80'],
      { deploys: ['pricing'] },
    ),
    pull(
      ['trips: friendlier receipt title', 'Copy only.', 'wim-d'],
      ['svc/trips/receipt.go', 'Your ride on ', 'Thanks for riding on '],
      { deploys: ['trips'] },
    ),
    pull(
      ['rider-api: document the edge', 'Docs.', 'oyin-a'],
      ['svc/rider-api/README.md', 'Edge of the rider apps.', 'Edge of the rider apps. No business rules here.'],
      { deploys: [] },
    ),
    pull(
      ['dispatch: a third retry step', 'Rides got lost in tunnels.', 'teo-m'],
      ['svc/dispatch/backoff.go', '{200, 400, 800}', '{200, 400, 800, 1600}'],
      { deploys: ['dispatch'] },
    ),
    pull(
      ['driver-location: forget silent drivers after a minute', 'Fewer flickers on the map.', 'wim-d'],
      ['svc/driver-location/ttl.go', 'ttlSeconds = 45', 'ttlSeconds = 60'],
      { deploys: ['driver-location'] },
    ),
  ],
};
