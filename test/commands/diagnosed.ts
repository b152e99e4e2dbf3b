import { z } from 'zod';
import type { Diagnosis } from '../../src/commands/doctor/diagnosis.ts';
import { doctor } from '../../src/commands/doctor.ts';
import { captured } from './captured.ts';

/** What doctor says of these variables, and its exit code. */
export async function diagnose(
  variables: { readonly [name: string]: string },
  nowMs = Date.parse('2026-11-21T10:00:00Z'),
) {
  const { exitCode, stdout } = await captured(() => doctor(variables, { json: true, nowMs }));
  const diagnoses = z.custom<readonly Diagnosis[]>(Array.isArray).parse(JSON.parse(stdout));
  return { exitCode, of: (name: string) => diagnoses.find((each) => each.name === name) };
}
