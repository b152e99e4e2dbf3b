/** Builds GitHub's search for issues from typed parts; nothing of an input can become a qualifier. */
import { type IssueAnswer, issuesAnswer } from './answers.ts';
import { at, type Page, type Place, readPages } from './place.ts';

export type IssueAsked = {
  readonly repository: string;
  readonly state: 'open' | 'closed' | 'any';
  /** Issues that carry one of them. */
  readonly labels: readonly string[];
  /** All of them must occur in title or text. */
  readonly words: readonly string[];
  /** `2026-11-11..2026-11-18`, updated in these days; null for any time. */
  readonly updated: string | null;
};

/**
 * `repo:acme/shop is:issue is:open label:"incident","outage" "checkout"`. Labels apart by commas mean any of them;
 * words in quotes are text. https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
 */
export function issueQuery({ repository, state, labels, words, updated }: IssueAsked): string {
  const parts = [
    `repo:${repository}`,
    'is:issue',
    ...(state === 'any' ? [] : [`is:${state}`]),
    ...(labels.length === 0 ? [] : [`label:${labels.map(quoted).join(',')}`]),
    ...(updated === null ? [] : [`updated:${updated}`]),
    ...words.map(quoted),
  ];
  return parts.join(' ');
}

/** The search has no way to escape a quote: it is left out, as are line breaks. */
const quoted = (text: string): string => `"${text.replace(/["\\\p{Cc}]/gu, ' ').trim()}"`;

export type IssuesRead = {
  readonly issues: readonly IssueAnswer[];
  readonly total: number;
  readonly truncated: boolean;
};

const pagesMax = 3;

/** Most recently updated first. */
export async function searchIssues(place: Place, query: string): Promise<IssuesRead> {
  let total = 0;
  let incomplete = false;
  const ask = async (page: number): Promise<Page<IssueAnswer>> => {
    const { request } = at(place);
    const asked = { q: query, sort: 'updated', order: 'desc', per_page: 50, page } as const;
    const { data, headers } = await place.client.rest.search.issuesAndPullRequests({ ...asked, request });
    const answer = issuesAnswer.parse(data);
    total = answer.total_count;
    incomplete ||= answer.incomplete_results;
    return { items: answer.items, link: headers.link };
  };
  const { items, truncated } = await readPages({ size: 50, pagesMax, ask });
  return { issues: items, total, truncated: truncated || incomplete };
}
