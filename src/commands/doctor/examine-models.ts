/** Whether each model that may be asked answers: one tiny request, which costs less than a thousandth of a dollar. */
import { pino } from 'pino';
import type { Environment } from '../../config.ts';
import type { ModelEntry, Provider } from '../../core/model-entry.ts';
import { type ModelSettings, modelSettings } from '../../core/model-settings.ts';
import { type Diagnosis, fine, isOff, problem } from './diagnosis.ts';

const patienceMs = 15_000;
const question = 'Answer with the word ok.';

const fixes: { readonly [Each in Provider]: (variable: string) => string } = {
  anthropic: (variable) => `Check ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and the model id in ${variable}.`,
  bedrock: (variable) =>
    `Check AWS_REGION, that the AWS credentials may call bedrock:InvokeModelWithResponseStream, and the id in ${variable}.`,
  vertex: (variable) =>
    `Check CLOUD_ML_REGION, ANTHROPIC_VERTEX_PROJECT_ID, Application Default Credentials, and the id in ${variable}.`,
  compatible: (variable) => `Check that COMPATIBLE_BASE_URL runs and serves the model of ${variable}, and its key.`,
};

export async function examineModels(environment: Environment): Promise<readonly Diagnosis[]> {
  const settings = modelSettings(environment);
  if (settings === null) {
    return [
      isOff('model', 'the engine answers alone', 'set ANTHROPIC_API_KEY, or CAUSEWAY_MODELS for other providers'),
    ];
  }
  const { order, digest, variable } = settings;
  return Promise.all([
    ...order.map((entry) => examineModel(entry, settings, variable)),
    ...(digest === null ? [] : [examineModel(digest, settings, 'CAUSEWAY_DIGEST_MODEL')]),
  ]);
}

async function examineModel(entry: ModelEntry, settings: ModelSettings, variable: string): Promise<Diagnosis> {
  const { connectModel } = await import('../../model/connect-model.ts');
  const { stoppedWhy } = await import('../../model/ask.ts');
  const { predicate } = await import('../../model/relay.ts');
  const manner = { log: pino({ level: 'silent' }), retryBaseMs: 0, triesMax: 1, random: () => 0, nowMs: () => 0 };
  const { ask } = connectModel(entry, settings, manner);
  const answer = await ask(
    { model: entry.model, max_tokens: 64, messages: [{ role: 'user', content: [{ type: 'text', text: question }] }] },
    { signal: AbortSignal.timeout(patienceMs), leftMs: patienceMs },
  );
  const name = `model: ${entry.provider}:${entry.model}`;
  if (answer.kind === 'answered') return fine(name, 'answers');
  const says = answer.why === stoppedWhy ? `no answer within ${patienceMs / 1_000} s` : predicate(answer.why);
  return problem(name, says, fixes[entry.provider](variable));
}
