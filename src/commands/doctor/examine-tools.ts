import type { Json } from '../../core/json.ts';
import { connectTools, loadTools } from '../../load-tools.ts';
import type { Diagnosis } from './diagnosis.ts';
import { fine, isOff, problem } from './diagnosis.ts';
import type { Asking } from './examine-vendors.ts';

const folder = new URL('../../../tools/', import.meta.url);
const patienceMs = 10_000;
const windowMs = 600_000;

/** One real read through every connected tool that has something to ask. */
export async function examineTools({ variables, catalogue, nowMs }: Asking): Promise<readonly Diagnosis[]> {
  const { connectMcpServers } = await import('../../../tools/mcp/connect-servers.ts');
  const mcp = await connectMcpServers(catalogue.mcpServers, variables);
  const { connected, off, problems } = connectTools([...(await loadTools(folder)), ...mcp.tools], variables);
  const scope = catalogue.services.slice(0, 1);
  const window = { fromMs: nowMs - windowMs, toMs: nowMs };
  const reads = connected.map(async ({ tool, call }): Promise<Diagnosis> => {
    const input = tool.probes({ catalogue, scope, alert: null, window })[0] as Json | undefined;
    if (input === undefined) return fine(tool.name, 'connected; nothing to read before somebody asks');
    const finding = await call(input, {
      signal: AbortSignal.timeout(patienceMs),
      timeoutMs: patienceMs,
      nowMs,
      catalogue,
    });
    if (finding.kind === 'failed') return problem(tool.name, finding.reason, finding.fix);
    return fine(tool.name, finding.kind === 'found' ? 'a read worked' : 'a read worked and found nothing');
  });
  return [
    ...(await Promise.all(reads)),
    ...[...off, ...mcp.off].map(({ tool, reason, blocks, fix }) => isOff(tool, `${reason}: ${blocks}`, fix)),
    ...problems.map((says) => problem('tools', says)),
  ];
}
