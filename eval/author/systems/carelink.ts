/** Clinics: patients book, doctors read records, insurers are asked. C# and Python. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const dotnet = (level: string, category: string, text: string): string => `${level}: Carelink.${category}[0] ${text}`;

export const carelink: SystemSketch = {
  name: 'carelink',
  owner: 'clinical',
  repository: 'carelink/clinic',
  folderOf: (service) => `src/${service}/`,
  callFails: (to) => dotnet('fail', 'Http', `HttpRequestException: ${to} returned <pick:503|500|504> for <request>`),
  services: [
    code('portal', 'Patient portal', {
      tier: 1,
      pods: 5,
      ms: 55,
      enters: 45,
      certificateDays: 58,
      calls: { identity: [0.7, 0.6, 0.9], appointments: [0.5, 0.6, 0.7], records: [0.4, 0.5, 0.6] },
      says: [
        [
          'info',
          dotnet('info', 'Portal', 'Request finished HTTP/2 GET /<pick:home|book|results> - 200 - <int:40-240>ms'),
          4,
        ],
      ],
    }),
    code('identity', 'Identity', {
      tier: 1,
      pods: 3,
      ms: 24,
      logs: 'cloudwatch',
      pool: 0.22,
      calls: { 'identity-db': [1, 1, 1] },
      says: [['info', dotnet('info', 'Identity.Tokens', 'token issued kid=<pick:k7|k7|k8> aud=portal'), 3]],
    }),
    code('appointments', 'Appointments', {
      tier: 1,
      pods: 4,
      ms: 35,
      pool: 0.33,
      calls: { 'clinic-db': [2, 1, 1], 'fhir-gateway': [0.2, 0.3, 0.3], reminders: [0.3, 0.05, 0.02] },
      says: [['info', dotnet('info', 'Appointments', 'slot booked clinic=<int:10-60> day=+<int:1-40>'), 3]],
    }),
    code('records', 'Patient records', {
      tier: 1,
      pods: 4,
      ms: 40,
      logs: 'cloudwatch',
      pool: 0.35,
      calls: { 'clinic-db': [3, 1, 1], identity: [0.2, 0.3, 0.8] },
      says: [['info', dotnet('info', 'Records', 'chart opened sections=<int:3-14> <int:20-90>ms'), 3]],
    }),
    code('fhir-gateway', 'Insurer gateway', {
      tier: 2,
      pods: 3,
      ms: 30,
      certificateDays: 102,
      throttled: true,
      calls: { insurehub: [1, 1, 1] },
      says: [['info', '{"severity":"INFO","message":"eligibility checked","ms":<int:150-420>,"trace":"<hex:16>"}', 2]],
    }),
    code('reminders', 'Reminders', {
      tier: 3,
      pods: 2,
      ms: 20,
      calls: { textbell: [1, 1, 1] },
      says: [['info', '{"severity":"INFO","message":"reminder queued","trace":"<hex:16>"}', 2]],
    }),
    code('reports', 'Night reports', {
      tier: 3,
      pods: 1,
      ms: 400,
      enters: 0.5,
      calls: { 'clinic-db': [8, 0.5, 0.9] },
      says: [['info', '{"severity":"INFO","message":"report step done","step":<int:1-9>}', 0.5]],
    }),
    store('clinic-db', 'Clinic database (managed SQL Server)', {
      tier: 1,
      cpu: 0.38,
      says: [['info', '<time> spid<int:20-80>s Log was backed up. Database: Clinic', 0.1]],
    }),
    store('identity-db', 'Identity database (managed PostgreSQL)', { tier: 1, says: [] }),
    external('insurehub', 'Insurehub (eligibility)', { ms: 220 }),
    external('textbell', 'Textbell (text messages)', { ms: 160 }),
  ],
  files: {
    'README.md': '# Clinic\n\nEvery folder in `src/` is a service.\n',
    'src/portal/Copy.cs':
      'static class Copy {\n  public const string Title = "My clinic";\n  public const string Book = "Book a visit";\n}\n',
    'src/appointments/Slots.cs':
      'static class Slots {\n  public const int Minutes = 20;\n  public const int DaysAhead = 60;\n}\n',
    'src/reminders/when.py': 'HOURS_BEFORE = [48, 24]\n',
    'src/records/Sections.cs': 'enum Section { Labs, Letters, Medication, Images }\n',
    'src/fhir-gateway/README.md': '# Insurer gateway\n\nFHIR R4, CoverageEligibilityRequest only.\n',
    'config/identity.yaml':
      'identity:\n  issuer: https://id.carelink.example\n  activeKey: k7\n  publishedKeys: [k7, k8]\n  tokenMinutes: 30\n',
  },
  chores: [
    pull(['portal: shorter button', 'Copy.', 'edda-j'], ['src/portal/Copy.cs', 'Book a visit', 'Book'], {
      deploys: ['portal'],
    }),
    pull(
      ['appointments: book ninety days ahead', 'Clinics asked.', 'noel-p'],
      ['src/appointments/Slots.cs', 'DaysAhead = 60', 'DaysAhead = 90'],
      { deploys: ['appointments'] },
    ),
    pull(
      ['reminders: also two hours before', 'Fewer no-shows.', 'sif-r'],
      ['src/reminders/when.py', '[48, 24]', '[48, 24, 2]'],
      { deploys: ['reminders'] },
    ),
    pull(
      ['records: referrals section', 'Empty until next week.', 'edda-j'],
      ['src/records/Sections.cs', 'Images }', 'Images, Referrals }'],
      { deploys: ['records'] },
    ),
    pull(
      ['fhir-gateway: name the profile', 'Docs.', 'noel-p'],
      ['src/fhir-gateway/README.md', 'FHIR R4', 'FHIR R4 (national profile 2.1)'],
      { deploys: [] },
    ),
    pull(
      ['README: list the services', 'Docs.', 'sif-r'],
      ['README.md', 'is a service.', 'is a service; `src/portal` is the front.'],
      { deploys: [] },
    ),
  ],
};
