import { type Kysely, sql } from 'kysely';

/**
 * The first schema. Documents are `json`, not `jsonb`: they keep their exact text, and outside text may hold `\u0000`
 * and lone surrogates, which `jsonb` refuses. Times are milliseconds since the epoch in `double precision`, which is
 * exact for them and reads as a number.
 */
const statements: readonly string[] = [
  `create table inbound (key text primary key, body json not null, claimed_at timestamptz not null default now())`,

  `create table audit (
     seq bigint primary key, incident text, kind text not null, entry text not null, prev text not null, hash text not null unique)`,
  `create index audit_incident on audit (incident, seq)`,
  `create table audit_head (only_row boolean primary key default true check (only_row), seq bigint not null, hash text not null)`,
  `insert into audit_head (seq, hash) values (0, repeat('0', 64))`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
     begin raise exception 'the audit log is append-only' using errcode = '55000'; end $$`,
  `create function audit_follows_head() returns trigger language plpgsql as $$
     begin
       if not exists (select from audit_head where seq + 1 = new.seq and hash = new.prev) then
         raise exception 'an audit row must follow the head' using errcode = '55000';
       end if;
       return new;
     end $$`,
  `create trigger audit_no_change before update or delete on audit for each row execute function audit_is_append_only()`,
  `create trigger audit_no_truncate before truncate on audit for each statement execute function audit_is_append_only()`,
  `create trigger audit_in_order before insert on audit for each row execute function audit_follows_head()`,
  `create trigger audit_head_stays before delete on audit_head for each row execute function audit_is_append_only()`,
  `create trigger audit_head_no_truncate before truncate on audit_head for each statement execute function audit_is_append_only()`,
  `alter table audit enable always trigger audit_no_change`,
  `alter table audit enable always trigger audit_no_truncate`,
  `alter table audit enable always trigger audit_in_order`,
  `alter table audit_head enable always trigger audit_head_stays`,
  `alter table audit_head enable always trigger audit_head_no_truncate`,

  `create table incident (
     number bigint primary key generated always as identity, platform text not null, tenant text not null,
     channel text not null, root text, phase text not null, opened_at_ms double precision not null,
     opened_by text not null, question json, symptom json, onset_ms double precision)`,
  `create index incident_place on incident (platform, tenant, channel, number)`,
  `create table evidence (
     incident text not null, number integer not null, key text not null, document json not null,
     primary key (incident, number), unique (incident, key))`,
  `create table gap (incident text primary key, gaps json not null)`,
  `create table hypothesis (incident text primary key, hypotheses json not null)`,

  `create table plan (
     id text not null, version integer not null, incident text not null, service text not null, digest text not null,
     document json not null, place json not null, state text not null, settled_at_ms double precision,
     saved bigint generated always as identity, primary key (id, version))`,
  `create index plan_incident on plan (incident, saved)`,
  `create index plan_running on plan (service) where state = 'running'`,
  `create table approval (
     plan text not null, version integer not null, by text not null, digest text not null, at_ms double precision not null,
     primary key (plan, version, by), foreign key (plan, version) references plan (id, version))`,
  `create table effect (
     plan text not null, step text not null, intent json not null, outcome json, at_ms double precision not null,
     primary key (plan, step))`,
  `create index effect_time on effect (at_ms)`,
  `create table control (name text primary key, value boolean not null)`,

  `create table local_change (only_row boolean primary key default true check (only_row), changed bigint not null)`,
  `insert into local_change (changed) values (0)`,
  `create table local_message (
     id text primary key, key text not null unique, channel text not null, document json not null,
     version double precision not null, changed bigint not null)`,
  `create index local_message_channel on local_message (channel, changed)`,
  `create table outbox (key text primary key, place json not null, ref json)`,
  `create table outbox_version (ref text primary key, version double precision not null)`,

  `create table replica (id text primary key, seen_at timestamptz not null)`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
