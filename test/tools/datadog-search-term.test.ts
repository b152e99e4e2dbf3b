/** Nothing that people or vendors wrote leaves its place in a Datadog query. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Measure, measureQuery } from '../../tools/datadog/metric-query.ts';
import { excessOf } from '../../tools/datadog/scopes.ts';
import { anyOf, termOf } from '../../tools/datadog/search-term.ts';

/** What Datadog's search reads in a quoted term: everything up to the first quote that is not escaped. */
const quoted = /^"(?:[^"\\]|\\["\\])*"$/u;

describe('a term of a Datadog search', () => {
  it('is a plain word, or closed in its own quotes, whatever the value', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const term = termOf(value);
        expect(/^[\w.-]+$/u.test(term) || quoted.test(term)).toBe(true);
      }),
    );
  });

  it('keeps a hostile name in its place', () => {
    expect(anyOf('service', ['checkout'])).toBe('service:checkout');
    expect(anyOf('service', ['a) OR service:*', 'b'])).toBe('service:("a) OR service:*" OR b)');
    expect(termOf('x" OR \\')).toBe('"x\\" OR \\\\"');
  });
});

describe('a Datadog metric query', () => {
  const named: Measure = { kind: 'named', name: 'jvm.heap', aggregation: 'max', as: 'value', tags: [], by: 'host' };

  it('holds one scope, whatever the service and the environment are called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (service, environment) => {
        expect(measureQuery(named, service, environment)).toMatch(
          /^max:jvm\.heap\{[^{}*,\s]*,[^{}*,\s]*\} by \{host\}$/u,
        );
      }),
    );
  });

  it('keeps a hostile name in its place', () => {
    const query = measureQuery({ kind: 'known', metric: 'disk_ratio' }, 'x} + sum:secret{*', 'prod');
    expect(query).toBe('max:system.disk.in_use{service:x____sum:secret__,env:prod}');
  });
});

it('a scope is too much when it writes, manages or unmasks; a read that nobody needs is not', () => {
  const scopes = ['monitors_write', 'user_app_keys', 'org_management', 'data_scanner_read', 'logs_live_tail'];
  expect(excessOf([...scopes, 'dashboards_read', 'apm_read', 'timeseries_query'])).toEqual(scopes);
});
