/** GitHub Actions as one action sees it: dispatches make runs that move on each time somebody asks. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Run = {
  id: number;
  display_title: string;
  name: string;
  event: string;
  inputs: { readonly [name: string]: string };
  asked: number;
};

type Behaviour = {
  /** How often a run is asked for before it ends; Infinity never. */
  endsAfter: number;
  conclusion: string;
  /** How many listings pass before a new run shows. */
  shownAfter: number;
  /** Drop the connection of the next dispatch, before or after it took effect. */
  cut: 'before' | 'after' | null;
  dispatchStatus: number;
};
type State = { readonly runs: Run[]; readonly behaviour: Behaviour };

export type WorkflowHost = Awaited<ReturnType<typeof startWorkflowHost>>;

export async function startWorkflowHost() {
  const behaviour: Behaviour = { endsAfter: 2, conclusion: 'success', shownAfter: 0, cut: null, dispatchStatus: 204 };
  const state: State = { runs: [], behaviour };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const path = request.url?.split('?')[0] ?? '';
      if (!path.startsWith('/repos/acme/ops/actions/workflows/feature-flag.yml/')) send(response, 404, {});
      else if (request.method === 'GET') list(state, response);
      else dispatch(state, text, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    environment: {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_WEB_URL: 'https://github.example/',
      GITHUB_WRITE_TOKEN: 'write',
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function list({ runs, behaviour }: State, response: ServerResponse): void {
  for (const run of runs) run.asked += 1;
  const shown = runs.filter((run) => run.asked > behaviour.shownAfter);
  const json = shown.toReversed().map((run) => {
    const ended = run.asked - behaviour.shownAfter > behaviour.endsAfter;
    const { id, display_title: title, name, event } = run;
    const status = ended ? 'completed' : 'in_progress';
    return { id, name, event, display_title: title, status, conclusion: ended ? behaviour.conclusion : null };
  });
  send(response, 200, { total_count: json.length, workflow_runs: json });
}

function dispatch({ runs, behaviour }: State, text: string, response: ServerResponse): void {
  const { cut, dispatchStatus } = behaviour;
  behaviour.cut = null;
  if (cut !== 'before' && dispatchStatus === 204) runs.push(newRun(100 + runs.length, text));
  if (cut !== null) response.socket?.destroy();
  else if (dispatchStatus === 204) response.writeHead(204).end();
  else send(response, dispatchStatus, {});
}

function newRun(id: number, text: string): Run {
  const { inputs } = JSON.parse(text) as { inputs: { readonly [name: string]: string } };
  const said = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
  return {
    id,
    display_title: `feature-flag ${said.join(' ')}`,
    name: 'flags',
    event: 'workflow_dispatch',
    inputs,
    asked: 0,
  };
}

function send(response: ServerResponse, status: number, json: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}
