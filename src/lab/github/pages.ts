import { checksState } from './checks.ts';
import type { FileDiff } from './git.ts';
import { type Html, html, htmlPage } from './html.ts';
import type { Pull, Repository } from './hub.ts';
import { comparisonOf, currentPull } from './pulls.ts';
import type { Reply } from './reply.ts';
import { runStatus, runTitle } from './run-json.ts';
import { toTimestamp } from './timestamps.ts';

export type PageVisit = { readonly repository: Repository; readonly reference: string; readonly nowMs: number };

const classOf = (line: string): string => {
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'cut' : 'same';
};

const fileHtml = (file: FileDiff): Html => {
  const name = file.previous_filename ? `${file.previous_filename} → ${file.filename}` : file.filename;
  const lines = (file.patch ?? '').split('\n').map((line) => html`<span class="${classOf(line)}">${line}</span>\n`);
  return html`<section><p><code>${name}</code> <span class="faint">${file.status}, +${file.additions} −${
    file.deletions
  }</span></p>${file.patch === undefined ? html`` : html`<pre>${lines}</pre>`}</section>`;
};

const filesHtml = (files: readonly FileDiff[]): Html =>
  html`<h2>${files.length} changed ${files.length === 1 ? 'file' : 'files'}</h2>${files.map(fileHtml)}`;

const stateHtml = (pull: Pull): Html => {
  if (pull.merge) return html`<span class="state">Merged</span>`;
  if (pull.state === 'closed') return html`<span class="state bad">Closed</span>`;
  return html`<span class="state good">${pull.draft ? 'Draft' : 'Open'}</span>`;
};

const rolloutsHtml = (repository: Repository, pull: Pull, nowMs: number): Html => {
  const rollouts = [...repository.deployments.values()].filter(({ sha }) => sha === pull.merge?.sha);
  const lines = rollouts.map(({ description, environment, statuses }) => {
    const latest = statuses.findLast(({ atMs }) => atMs <= nowMs);
    return html`<p>${description} to ${environment}: ${latest?.state.replace('_', ' ') ?? 'queued'}</p>`;
  });
  return lines.length === 0 ? html`` : html`<h2>Deployments</h2>${lines}`;
};

const mergeHtml = (repository: Repository, pull: Pull): Html =>
  pull.state === 'open'
    ? html`<form method="post" action="/${repository.fullName}/pull/${pull.number}/merge"><p><button type="submit">${
        pull.draft ? 'Mark ready and merge' : 'Merge pull request'
      }</button></p></form>`
    : html``;

export const missingPage = (): Reply =>
  htmlPage(404, 'Not found', html`<h1>Not found</h1><p>The lab serves pull requests, commits and workflow runs.</p>`);

/** `problem` is why the last try to merge was refused. */
export async function pullPage(visit: PageVisit, problem: string | null = null): Promise<Reply> {
  const { repository, nowMs } = visit;
  const pull = await currentPull(repository, Number(visit.reference));
  if (pull === null) return missingPage();
  const [{ files }, head] = await Promise.all([comparisonOf(repository, pull), repository.git.commit(pull.headSha)]);
  const checks = head === null ? 'unknown' : checksState(head, nowMs);
  const merged =
    pull.merge &&
    html`<p>Merged by ${pull.merge.by} at ${toTimestamp(pull.merge.atMs)} as <code>${pull.merge.sha.slice(
      0,
      12,
    )}</code></p>`;
  const body = html`<p class="faint"><a href="/${repository.fullName}/pulls">${repository.fullName}</a></p>
<h1>${pull.title} <span class="faint">#${pull.number}</span></h1>
<p>${stateHtml(pull)} <span class="faint">${pull.author}: <code>${pull.headRef}</code> into <code>${
    pull.baseRef
  }</code>, opened ${toTimestamp(pull.createdAtMs)}</span></p>
${problem === null ? html`` : html`<p class="bad" role="alert">${problem}</p>`}
<pre class="body">${pull.body ?? 'No description.'}</pre>
<p>Checks: <span class="${checks === 'success' ? 'good' : 'faint'}">${checks}</span></p>
${merged ?? html``}${mergeHtml(repository, pull)}${rolloutsHtml(repository, pull, nowMs)}${filesHtml(files)}`;
  return htmlPage(problem === null ? 200 : 409, `${pull.title} · ${repository.fullName}#${pull.number}`, body);
}

export async function pullsPage({ repository }: PageVisit): Promise<Reply> {
  const pulls = [...repository.pulls.values()].sort((left, right) => right.number - left.number);
  const lines = pulls.map(
    (pull) =>
      html`<p>${stateHtml(pull)} <a href="/${repository.fullName}/pull/${pull.number}">#${pull.number} ${
        pull.title
      }</a> <span class="faint">${pull.author}</span></p>`,
  );
  return htmlPage(200, `Pull requests · ${repository.fullName}`, html`<h1>${repository.fullName}</h1>${lines}`);
}

export async function commitPage({ repository, reference }: PageVisit): Promise<Reply> {
  const commit = await repository.git.commit(reference);
  if (commit === null) return missingPage();
  const [parent] = commit.parents;
  const files = parent ? (await repository.git.compare(parent.sha, commit.sha)).files : [];
  const [title = ''] = commit.message.split('\n');
  const body = html`<p class="faint"><a href="/${repository.fullName}/pulls">${repository.fullName}</a></p>
<h1>${title}</h1><p class="faint"><code>${commit.sha}</code> by ${commit.author.name}, ${commit.committer.date}</p>
<pre class="body">${commit.message}</pre>${filesHtml(files)}`;
  return htmlPage(200, `${title} · ${repository.fullName}`, body);
}

export async function runPage({ repository, reference, nowMs }: PageVisit): Promise<Reply> {
  const run = repository.runs.get(Number(reference));
  if (run === undefined) return missingPage();
  const { status, conclusion } = runStatus(run, nowMs);
  const body = html`<h1>${run.workflow.name}</h1><p>${conclusion ?? status.replace('_', ' ')}</p>
<pre class="body">${runTitle(run)}</pre><p class="faint">${run.actor}, ${toTimestamp(run.createdAtMs)}</p>`;
  return htmlPage(200, `${run.workflow.name} · ${repository.fullName}`, body);
}
