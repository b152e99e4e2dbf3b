import { getRunbookForm, postRunbookForm } from './form-handlers.ts';
import {
  getApprove,
  getAudit,
  getChannel,
  getEvidence,
  getHome,
  getIncident,
  getIncidents,
  getPostmortem,
  getStats,
  postVerify,
} from './page-handlers.ts';
import { postClick, postDecision, postMessage, postPerson, postRerun } from './say-handlers.ts';
import type { Route } from './visit.ts';

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/$/u, handle: getHome },
  { method: 'GET', path: /^\/incidents$/u, handle: getIncidents },
  { method: 'GET', path: /^\/c\/([^/]+)$/u, handle: getChannel, local: true },
  { method: 'POST', path: /^\/c\/([^/]+)\/messages$/u, handle: postMessage, local: true },
  { method: 'POST', path: /^\/c\/([^/]+)\/clicks$/u, handle: postClick, local: true },
  { method: 'POST', path: /^\/me$/u, handle: postPerson, local: true },
  { method: 'GET', path: /^\/i\/([^/]+)$/u, handle: getIncident },
  { method: 'GET', path: /^\/i\/([^/]+)\/postmortem(\.md|\.json)?$/u, handle: getPostmortem },
  { method: 'GET', path: /^\/i\/([^/]+)\/e\/([^/]+)$/u, handle: getEvidence },
  { method: 'POST', path: /^\/i\/([^/]+)\/e\/([^/]+)\/rerun$/u, handle: postRerun, local: true },
  { method: 'GET', path: /^\/i\/([^/]+)\/runbooks\/([^/]+)$/u, handle: getRunbookForm, local: true },
  { method: 'POST', path: /^\/i\/([^/]+)\/runbooks\/([^/]+)$/u, handle: postRunbookForm, local: true },
  { method: 'GET', path: /^\/approve\/([^/]+)$/u, handle: getApprove },
  { method: 'POST', path: /^\/approve\/([^/]+)$/u, handle: postDecision },
  { method: 'GET', path: /^\/stats$/u, handle: getStats },
  { method: 'GET', path: /^\/audit$/u, handle: getAudit },
  { method: 'POST', path: /^\/audit\/verify$/u, handle: postVerify },
];

export type Found =
  | { readonly route: Route; readonly parts: readonly string[] }
  | { readonly allowed: readonly string[] };

/** The route of a path, with its decoded parts; the methods it knows when only the method is wrong; null for neither. */
export function findRoute(method: string, path: string): Found | null {
  const matching = routes.flatMap((route) => {
    const match = route.path.exec(path);
    return match ? [{ route, parts: match.slice(1).map((part) => decode(part ?? '')) }] : [];
  });
  const found = matching.find(({ route }) => route.method === method || (method === 'HEAD' && route.method === 'GET'));
  if (found) return found;
  return matching.length > 0 ? { allowed: matching.map(({ route }) => route.method) } : null;
}

/** A part that is no valid percent encoding stays as it is: it then names nothing. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
