/** Looks at everything Causeway needs of the world and says what is off, unreachable, refused or too much, each with its fix. */
import { readFile } from 'node:fs/promises';
import { parseCatalogue } from '../catalogue-file.ts';
import { type Environment, readEnvironment } from '../config.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { failed, type Result } from '../core/result.ts';
import { type Diagnosis, problem } from './doctor/diagnosis.ts';
import { examineAwsActor } from './doctor/examine-aws-actor.ts';
import { examineSlack, examineTeams } from './doctor/examine-chat.ts';
import { examineGitHubWriter } from './doctor/examine-github-writer.ts';
import { examineHttpHosts } from './doctor/examine-http-hosts.ts';
import { examineKubernetesWriter } from './doctor/examine-kubernetes-writer.ts';
import { examineModels } from './doctor/examine-models.ts';
import { examineActions, examineDatabase, examineRedaction } from './doctor/examine-own.ts';
import { examineTools } from './doctor/examine-tools.ts';
import { examineVendors } from './doctor/examine-vendors.ts';
import { printJson, printLine } from './say.ts';
import type { Variables } from './with-system.ts';

/** Exit code 1 on any problem; what is off, or what a vendor does not tell, is no problem. */
export async function doctor(variables: Variables, { json, nowMs }: { json: boolean; nowMs: number }): Promise<number> {
  const diagnoses = await diagnose(variables, nowMs);
  if (json) printJson(diagnoses);
  else
    for (const { name, state, says, fix } of diagnoses)
      printLine(`${state.padEnd(8)}${name.padEnd(28)} ${says}${fix ? `. Fix: ${fix}` : ''}`);
  return diagnoses.some(({ state }) => state === 'problem') ? 1 : 0;
}

async function diagnose(variables: Variables, nowMs: number): Promise<readonly Diagnosis[]> {
  const environment = readEnvironment(variables);
  const own = environment.ok
    ? examineOwn(environment.value)
    : Promise.resolve(environment.failure.map((says) => problem('environment', says)));
  const catalogue = await readCatalogue(variables['CAUSEWAY_CONFIG']);
  if (!catalogue.ok) return [...(await own), ...catalogue.failure.map((says) => problem('causeway.yaml', says))];
  const asking = { variables, catalogue: catalogue.value, nowMs };
  const writers = [
    examineActions(variables),
    examineHttpHosts(variables, nowMs),
    examineGitHubWriter(asking),
    examineKubernetesWriter(asking),
    examineAwsActor(variables, nowMs),
  ];
  const parts = [own, ...writers, examineVendors(asking), examineTools(asking)];
  return (await Promise.all(parts)).flat();
}

async function examineOwn(environment: Environment): Promise<readonly Diagnosis[]> {
  const models = examineModels(environment);
  const others = [
    examineSlack(environment),
    examineTeams(environment),
    examineDatabase(environment),
    Promise.resolve(examineRedaction(environment)),
  ];
  return [...(await models), ...(await Promise.all(others))];
}

/** Without a file there is one service that nothing is known of. */
async function readCatalogue(file: string | undefined): Promise<Result<Catalogue, readonly string[]>> {
  if (!file) return parseCatalogue('services: [{ id: doctor, title: Doctor, tier: 3 }]');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? failed([`CAUSEWAY_CONFIG: ${file} cannot be read. Fix the path.`]) : parseCatalogue(text);
}
