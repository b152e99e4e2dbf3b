/** Where pages live, and which addresses a page may link to. */
export const channelPath = (channel: string, thread?: string): string =>
  `/c/${encodeURIComponent(channel)}${thread === undefined ? '' : `?thread=${encodeURIComponent(thread)}`}`;

export const incidentPath = (incident: string): string => `/i/${encodeURIComponent(incident)}`;

export const evidencePath = (incident: string, evidence: string): string =>
  `${incidentPath(incident)}/e/${encodeURIComponent(evidence)}`;

export const runbookFormPath = (incident: string, runbook: string): string =>
  `${incidentPath(incident)}/runbooks/${encodeURIComponent(runbook)}`;

export const approvePath = (plan: string): string => `/approve/${encodeURIComponent(plan)}`;

/** The address when it is web or a path of ours, otherwise null: the caller then shows the text without a link. */
export function safeHref(href: string): string | null {
  if (/^\/(?![/\\])/u.test(href)) return href;
  if (!URL.canParse(href)) return null;
  return ['http:', 'https:'].includes(new URL(href).protocol) ? href : null;
}
