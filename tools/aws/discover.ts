/** Which service a log group belongs to, by the names AWS and people give groups. */
import type { DiscoveredService } from '../../src/integration.ts';

// What AWS writes about itself, and not what a service logs.
const platform = [
  /^\/aws\/(?:codebuild|eks|vendedlogs|cloudtrail|route53|vpc|transfer|ssm|imagebuilder|events|waf)(?:\/|$)/,
  /^\/aws\/(?:ecs\/)?containerinsights\//i,
  /^(?:aws-waf-logs|API-Gateway-Execution-Logs_)/,
  /cloudtrail|flow-?logs?/i,
];

// The part of the name that is the service, by whoever names such groups.
const named: readonly { readonly form: RegExp; readonly what: string }[] = [
  { form: /^\/aws\/lambda\/([\w.-]+)$/, what: 'Lambda function' },
  { form: /^\/aws\/apprunner\/([\w.-]+)\//, what: 'App Runner service' },
  { form: /^\/aws\/rds\/(?:cluster|instance)\/([\w.-]+)\//, what: 'RDS database' },
  { form: /^\/aws\/elasticbeanstalk\/([\w.-]+)\//, what: 'Elastic Beanstalk environment' },
  { form: /^\/(?:aws\/)?ecs\/(?:[\w.-]+\/)*([\w.-]+)$/, what: 'ECS log group' },
  { form: /^\/?(?:[\w.-]+\/)+([\w.-]+)$/, what: 'log group' },
  { form: /^([\w.-]+)$/, what: 'log group' },
];

const environments = /^(?:prod|production|live|stage|staging|test|dev)$/;

/** One entry for each name, with all of its groups; groups of AWS' own and names that are only an environment are left out. */
export function servicesOfGroups(groups: readonly string[]): readonly DiscoveredService[] {
  const found = new Map<string, { readonly what: string; readonly groups: string[] }>();
  for (const group of groups.toSorted()) {
    const service = serviceOfGroup(group);
    if (service === null) continue;
    const known = found.get(service.name);
    if (known === undefined) found.set(service.name, { what: service.what, groups: [group] });
    else known.groups.push(group);
  }
  return [...found].map(([name, { what, groups: logGroups }]) => ({
    name,
    seen: `${what} ${logGroups[0] ?? ''}`,
    logGroups,
  }));
}

function serviceOfGroup(group: string): { readonly name: string; readonly what: string } | null {
  if (platform.some((form) => form.test(group))) return null;
  for (const { form, what } of named) {
    const name = form.exec(group)?.[1];
    if (name !== undefined) return environments.test(name) ? null : { name, what };
  }
  return null;
}
