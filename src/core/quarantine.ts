/**
 * Texts in evidence that look like instructions to whoever reads them. A note for people and a reason to ask for other
 * support, never a gate: a plausible lie in a log line looks like nothing here. English; every pattern is linear in its
 * input.
 */
import type { Json } from './json.ts';
import { stripHidden } from './plain-text.ts';

const reader =
  '(?:ai|a\\.i\\.|llm|language model|ai model|assistant|copilot|chatbot|causeway|claude|gpt[-\\d.]*|sre (?:agent|bot)|ai agent)';
const must = '(?:must|should|shall|need(?:s)? to|ha(?:s|ve) to|please|is instructed|are instructed|will now)';
const run =
  '(?:run|execute|roll ?back|revert|restart|install|apply|delete|disable|scale|drain|curl|sudo|kubectl|apt(?:-get)?|pip|npm)';

const patterns: readonly RegExp[] = [
  // Taking back what was said before.
  /\b(?:new|updated|revised|real|actual|hidden|following) (?:system )?instructions?\s*[:=]/iu,
  /\b(?:system prompt|your (?:previous |prior |original |initial )?(?:instructions|prompt|guidelines|system message))\b/iu,
  /\b(?:jailbreak|developer mode|do anything now)\b/iu,
  // Speaking as, or to, the reader.
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>|\[\/?INST\]|<<\/?SYS>>/u,
  /(?:^|\n)\s*(?:#{1,4}\s*)?(?:system|assistant|human|user)\s*:\s+(?:you |please |ignore|from now|now |sure|do not|always|never)/iu,
  /\b(?:you are|you're|act as|pretend to be|behave as) (?:now )?(?:an? |the )?(?:[a-z-]+ ){0,2}(?:ai|assistant|language model|chatbot|llm|sre agent|sre bot|dan)\b/iu,
  new RegExp(
    `\\b(?:note|message|instructions?|attention|hint|reminder|notice|hey|dear|for|to)\\b[ ,:]{1,3}(?:for |to )?(?:(?:the|any|all|our|this|your) )?${reader}s?\\b\\s*[,:!]`,
    'iu',
  ),
  new RegExp(`\\b${reader}\\b.{0,40}\\b${must}\\b`, 'iu'),
  // Telling it what to answer.
  /\b(?:in|of|to|with|at the (?:end|start|beginning) of) your (?:next |final |own )?(?:answer|response|reply|output|summary|report|verdict|conclusion)s?\b/iu,
  /\b(?:respond|reply|answer|conclude) (?:only )?(?:with|by|that|as)\b.{0,60}\b(?:root cause|healthy|resolved|exactly|only|the following|word)\b/iu,
  /\bdo not (?:mention|report|tell|alert|investigate|page|escalate|reveal|analy[sz]e)\b/iu,
  /\b(?:mark|declare|close|treat|classify|report) (?:this|the) (?:incident|alert|issue|outage)\b.{0,20}\b(?:resolved|closed|fixed|benign|false|healthy)\b/iu,
  // Naming the cause or the fix, as a log line has no reason to.
  /\b(?:the |actual |true |real )?root[- ]cause (?:is|was|has been|confirmed|identified)\b/iu,
  /\broot[- ]cause\s*[:=]\s*(?![\w.$]*(?:Exception|Error|Throwable)\b)(?:\w+ ){2,}/iu,
  new RegExp(
    `\\b(?:solution|remediation|recommended (?:action|fix)|suggested (?:action|fix)|required action|action required|to (?:fix|resolve|remediate|mitigate)(?: this| it| the \\w+)?)\\s*[:,]?\\s*(?:is )?(?:to )?(?:immediately )?${run}\\b`,
    'iu',
  ),
  new RegExp(
    `\\b(?:please|immediately|now|urgently) ${run}\\b.{0,60}\\b(?:pr|pull request|deploy\\w*|service|pods?|script|database|cluster|now|sh|bash)\\b`,
    'iu',
  ),
  /\b(?:remediation|solution|resolution|fix|recommendation)\b[^:]{0,30}\((?:verified|approved|confirmed|tested|documented|official)[^)]{0,40}\)/iu,
  /\b(?:documented|official|approved|verified|recommended) (?:remediation|fix|solution) (?:is|for)\b/iu,
  /\b(?:curl|wget)\b.{0,200}\|\s*(?:sudo )?(?:ba|z|da)?sh\b/iu,
  /\b(?:system|policy|security|admin|safety) override\b/iu,
  /\bknown false positive\b|\bignore (?:all|these|this|the|any) (?:alerts?|errors?|anomal\w+|warnings?)\b/iu,
  /\b(?:state|say|conclude|report|answer|confirm) that (?:everything|all|the service|it|there)\b.{0,30}\b(?:healthy|normal|fine|well|resolved|no (?:issue|problem|incident))/iu,
  /\bstop (?:the |this |your )?(?:investigation|investigating|analysis)\b|\bhide (?:this|the|these) (?:line|message|text|log)s? from\b/iu,
  // Words of ours that telemetry has no business with.
  /\bapprov(?:e|es|ing) (?:the |this |all |any )?(?:pending )?plans?\b|\bapprover groups?\b|\b(?:run|execute|start|call) (?:the )?(?:runbook [\w-]+|(?:log )?search tool)\b|\bdeployment freeze and\b/iu,
  /!\[[^\]]{0,60}\]\(https?:/iu,
  /\b(?:render|insert|include|add|embed) (?:a|an|the|this) (?:link|image|markdown)\b/iu,
  /\b(?:open|create|file) (?:a|an) (?:pull request|github issue|pr) (?:that|in|with|to)\b/iu,
  /\bmention <?!?[@#<]|\bwith the incident details\b|\bscale deployment [\w-]+ to 0\b|\brestart all pods\b|\b(?:roll|rolled) ?back service\b/iu,
  // Approvals that nobody gave here.
  /\b(?:no|without|skip(?:ping)?|bypass(?:ing)?) (?:further |human |manual |additional )?approvals? (?:is |are )?(?:needed|required|necessary)\b|\bpre-?approved\b|\bapproval (?:is |was |has been )?(?:granted|waived|not (?:needed|required))\b/iu,
  /\b(?:plan|action|rollback|change|restart|deploy\w*|remediation|runbook) (?:is |was |has been |have been )?(?:already |pre-?)?(?:approved|authori[sz]ed) by\b/iu,
  /\b(?:incident commander|on-?call|sre lead|security team|administrator|cto|owner) (?:has |have )?(?:already )?(?:approved|authori[sz]ed)\b/iu,
  // Our own frames, tools and buttons.
  /<\/?(?:evidence|statement|tool_result|tool_use|function_calls?|system_prompt|instructions?)(?:\s[^>]{0,80})?>/iu,
  /\b(?:submit_findings|look_closer|approve-plan|break-glass)\b/u,
];

/** Two words near each other with a third between them: as one pattern it would take the square of the time. */
type Span = { readonly opens: RegExp; readonly closes: RegExp; readonly holds: RegExp };

const spanMax = 100;
const spans: readonly Span[] = [
  {
    opens: /\b(?:ignore|disregard|forget|override|bypass)\b/giu,
    closes: /\b(?:instructions?|prompts?|rules?|directions?|guidelines?|requests?|commands?|orders?|constraints?)\b/giu,
    holds: /\b(?:previous|prior|above|earlier|preceding|existing|all|any|your|my)\b/iu,
  },
  {
    opens: /\b(?:send|post|forward|upload|exfiltrate|transmit|leak)\b/giu,
    closes: /\b(?:to|at)\b/giu,
    holds:
      /\b(?:secrets?|credentials?|tokens?|api keys?|passwords?|environment variables?|contents?|conversation|history)\b/iu,
  },
  {
    opens: /\b(?:write|put|include|add|quote|print|base64)\b/giu,
    closes: /\b(?:postmortem|title|answer|report|summary|message|seen|full|url|link)\b/giu,
    holds: /\b(?:api keys?|secrets?|tokens?|passwords?|credentials?|every match|incident details)\b/iu,
  },
];

function reaches(text: string, { opens, closes, holds }: Span): boolean {
  const ends = [...text.matchAll(closes)].map(({ 0: word, index }) => index + word.length);
  let next = 0;
  for (const { index } of text.matchAll(opens)) {
    while ((ends[next] ?? Number.POSITIVE_INFINITY) <= index + spanMax) next += 1;
    const end = ends[next - 1];
    if (end !== undefined && end > index && holds.test(text.slice(index, end))) return true;
  }
  return false;
}

/** Characters that nobody sees: tags, direction overrides, runs of zero width between letters. */
const hidden = /[\u{E0001}-\u{E007F}]{2}|[\u202A-\u202E\u2066-\u2069]|(?:\p{L}[\u200B\u200C\u2060\u00AD]){3}/u;
const blob = /[A-Za-z0-9+/]{32,2000}={0,2}/gu;

/** Longer texts, and results with more of them, are looked at in part: a note needs no more. */
const textMax = 8_000;
const charactersMax = 300_000;
const blobsMax = 8;

/** Whether one text reads like an instruction. */
export function looksLikeInstruction(text: string): boolean {
  const shown = text.slice(0, textMax);
  const plain = !beyondAscii.test(shown);
  if (saysSo(plain ? shown : stripHidden(shown))) return true;
  return (!plain && hidden.test(shown)) || blobsOf(shown).some(saysSo);
}

const beyondAscii = /[^\u0020-\u007e]/u;
const uneven = /\s{2}|[\n\r\t]/u;

/** Also with its white space made even: words may be spread over lines. */
function saysSo(text: string): boolean {
  return matches(text) || (uneven.test(text) && matches(text.replaceAll(/\s+/gu, ' ')));
}

const matches = (text: string): boolean =>
  patterns.some((pattern) => pattern.test(text)) || spans.some((span) => reaches(text, span));

/** What base64 in the text decodes to, where that is text. */
function blobsOf(text: string): readonly string[] {
  const found = [...text.matchAll(blob)].slice(0, blobsMax);
  return found.flatMap(([encoded]) => {
    const decoded = Buffer.from(encoded, 'base64').toString('utf8');
    const printable = decoded.replaceAll(/[^\p{L}\p{N}\p{P}\p{Z}\n]/gu, '').length;
    return decoded.length >= 16 && printable / decoded.length > 0.95 ? [decoded] : [];
  });
}

/** How many different lines anywhere in a result look like instructions. */
export function countSuspect(result: Json): number {
  const lines = new Set<string>();
  collectLines(result, lines, charactersMax);
  return [...lines].filter(looksLikeInstruction).length;
}

/** Gives back how many characters may still be looked at. */
function collectLines(value: Json, lines: Set<string>, left: number): number {
  if (left <= 0) return 0;
  if (typeof value === 'string') {
    for (const line of value.slice(0, left).split('\n')) if (line.length >= lineMin) lines.add(line);
    return left - value.length;
  }
  if (value === null || typeof value !== 'object') return left;
  let rest = left;
  for (const [name, member] of Object.entries(value) as readonly [string, Json][]) {
    if (name.length >= lineMin) lines.add(name);
    rest = collectLines(member, lines, rest - name.length);
  }
  return rest;
}

const lineMin = 12;
