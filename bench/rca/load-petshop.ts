/**
 * PetShop (Hardt et al. 2023): latency and availability of 41 nodes every five minutes, the call graph, and the node
 * that raised the alert. Read twice: with that alert, and with the recorded window alone.
 */
import { join } from 'node:path';
import { answerEntities } from './answer-entities.ts';
import { rankByTraversal } from './baseline-traversal.ts';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { petshopTelemetry, readPetshopCase } from './petshop-case.ts';
import { listFolder } from './read-files.ts';

export const petshop: Dataset = petshopSet('petshop', true);
export const petshopWindows: Dataset = petshopSet('petshop-windows', false);

function petshopSet(name: string, withAlert: boolean): Dataset {
  return {
    name,
    members: [],
    baselineName: 'traversal',
    read: (request) => readCases(request, withAlert),
    answer: (ranking) => answerEntities(ranking, (entity) => entity),
  };
}

function* readCases(request: ReadRequest, withAlert: boolean): Generator<Case> {
  const folder = join(request.dataDir, 'petshop', request.split);
  for (const file of caseFiles(folder)) {
    const read = () => readPetshopCase(folder, file);
    yield {
      id: file.replace(/\.json(?:\.gz)?$/u, ''),
      telemetry: () => petshopTelemetry(read(), request.shiftMs, withAlert),
      baseline: () => rankByTraversal(read()),
    };
  }
}

/** Everything but the shared baselines and graphs. */
export const caseFiles = (folder: string): readonly string[] =>
  listFolder(folder).filter((name) => /\.json(?:\.gz)?$/u.test(name) && !/^(?:baseline|graph)-/u.test(name));
