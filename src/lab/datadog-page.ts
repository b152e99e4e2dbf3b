/** The pages behind deep links into Datadog, so that a link in the demo shows what it points at. */
import { explorerRows, type PageRow } from './datadog-explorer.ts';
import type { DatadogLab } from './datadog-metrics.ts';
import { datadogQuery, monitorQuery } from './datadog-vocabulary.ts';
import { minuteMs } from './minute-buckets.ts';
import type { VendorAnswer, VendorRequest } from './vendor-http.ts';
import type { ShopMonitor } from './world.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const shownMinutes = 30;

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** A page with one table; everything in it is escaped. */
function standInPage(vendor: string, title: string, rows: readonly PageRow[]): VendorAnswer {
  const cells = rows.map(([left, right]) => `<tr><th>${escapeHtml(left)}</th><td>${escapeHtml(right)}</td></tr>`);
  const name = `${escapeHtml(title)} - ${escapeHtml(vendor)} (lab)`;
  const style = 'body{font:14px/1.5 system-ui;margin:2rem}th{text-align:left;padding-right:2rem;font-weight:500}';
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
    body:
      `<!doctype html><html lang="en"><title>${name}</title><style>${style}</style><h1>${escapeHtml(title)}</h1>` +
      `<p>This is the lab's stand-in for ${escapeHtml(vendor)}.</p><table>${cells.join('')}</table></html>`,
  };
}

function monitorRows(lab: DatadogLab, monitor: ShopMonitor): readonly PageRow[] {
  const nowMs = lab.nowMs();
  const minutes = Array.from(
    { length: shownMinutes },
    (_, index) => Math.floor(nowMs / minuteMs - index - 1) * minuteMs,
  );
  return [
    ['Query', monitorQuery(monitor)],
    ['State', lab.world.monitorState(monitor, nowMs)],
    ['Metric', `${datadogQuery(monitor.metric, monitor.service)} (${monitor.metric} below)`],
    ...minutes.map((atMs): PageRow => {
      const value = lab.world.metric(monitor.service, monitor.metric, atMs);
      return [new Date(atMs).toISOString(), value === null ? 'no data' : String(Number(value.toPrecision(4)))];
    }),
  ];
}

/** The monitor's page, what an explorer link searches for, or the link's own parameters. */
export function datadogPage(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const id = /^\/monitors\/(\d{1,9})$/.exec(request.path)?.[1];
  const monitor = lab.world.monitors.find((candidate) => String(candidate.id) === id);
  if (monitor !== undefined) return standInPage('Datadog', monitor.name, monitorRows(lab, monitor));
  const asked = [...request.query].map(([name, value]): PageRow => [name, value]);
  return standInPage('Datadog', request.path, [...asked, ...explorerRows(lab, request)]);
}
