/** Which objects of a namespace belong to one workload. */

/** Letters and digits of generated names, no vowels among them: `rand.SafeEncodeString` of apimachinery. */
const generated = '[bcdfghjklmnpqrstvwxz2456789]';

/**
 * Whether an object's name is the workload's own or was generated from it: a ReplicaSet (`web-5d4f8c7b9`), its pods
 * (`web-5d4f8c7b9-x2v4k`), pods of a DaemonSet (`web-x2v4k`) and of a StatefulSet (`web-0`), a CronJob's jobs. For
 * objects that are gone there is nothing else to go by.
 */
export function isNamedAfter(name: string, workload: string): boolean {
  if (name === workload) return true;
  if (!name.startsWith(`${workload}-`)) return false;
  return suffix.test(name.slice(workload.length));
}

const suffix = new RegExp(`^(?:-${generated}{5,10}(?:-${generated}{5})?|-\\d+(?:-${generated}{5})?)$`, 'u');

/** Whether `wanted` is not empty and every pair of it is in `labels`. */
export function labelsMatch(wanted: Labels, labels: Labels): boolean {
  const pairs = Object.entries(wanted);
  return pairs.length > 0 && pairs.every(([name, value]) => labels[name] === value);
}

type Labels = { readonly [name: string]: string };
