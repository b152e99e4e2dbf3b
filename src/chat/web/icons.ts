import { type Html, html } from './html.ts';

export type IconName =
  | 'ok'
  | 'x'
  | 'fail'
  | 'sev'
  | 'wait'
  | 'flat'
  | 'find'
  | 'seal'
  | 'live'
  | 'back'
  | 'chat'
  | 'confirmed'
  | 'likely'
  | 'possible'
  | 'out'
  | 'none'
  | 'mark';

/** One symbol per icon, once per page. */
export const sprite: Html = html`<svg class="sprite" aria-hidden="true">
<symbol id="ok" viewBox="0 0 16 16"><path d="M3.5 8.5l3 3 6-7"/></symbol>
<symbol id="x" viewBox="0 0 16 16"><path d="M4 4l8 8M12 4l-8 8"/></symbol>
<symbol id="fail" viewBox="0 0 16 16"><path d="M8 2.5l6 11H2z"/><path d="M8 6.5v3.2M8 11.6v.1"/></symbol>
<symbol id="sev" viewBox="0 0 16 16"><path d="M8 1.8L14.2 8 8 14.2 1.8 8z"/><path d="M8 5v3.6M8 10.8v.1"/></symbol>
<symbol id="wait" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5"/><path d="M8 5v3l2 1.5"/></symbol>
<symbol id="flat" viewBox="0 0 16 16"><path d="M3 8h10"/></symbol>
<symbol id="find" viewBox="0 0 16 16"><circle cx="7" cy="7" r="4"/><path d="M10 10l3.5 3.5"/></symbol>
<symbol id="seal" viewBox="0 0 16 16"><path d="M8 1.8l5 2v4c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4v-4z"/><path d="M5.8 8l1.6 1.6L10.5 6"/></symbol>
<symbol id="live" viewBox="0 0 16 16"><circle class="f" cx="8" cy="8" r="4"/></symbol>
<symbol id="back" viewBox="0 0 16 16"><path d="M10 3.5L5.5 8 10 12.5"/></symbol>
<symbol id="chat" viewBox="0 0 16 16"><path d="M2.5 3.5h11V11H8l-3 2.5V11H2.5z"/></symbol>
<symbol id="confirmed" viewBox="0 0 16 16"><circle class="f" cx="8" cy="8" r="6"/></symbol>
<symbol id="likely" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5"/><path class="f" d="M8 8V4A4 4 0 1 1 4 8z"/></symbol>
<symbol id="possible" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5"/><path class="f" d="M8 4a4 4 0 0 1 0 8z"/></symbol>
<symbol id="out" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5"/><path d="M4.2 11.8l7.6-7.6"/></symbol>
<symbol id="none" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5" stroke-dasharray="2 2.3"/></symbol>
<symbol id="mark" viewBox="0 0 16 16"><rect x="1" y="10" width="4" height="4" rx=".8"/><rect x="6" y="6" width="4" height="8" rx=".8"/><rect x="11" y="2" width="4" height="12" rx=".8"/></symbol>
</svg>`;

/** Decoration only: a word always stands beside it. */
export const icon = (name: IconName): Html => html`<svg class="i" aria-hidden="true"><use href="#${name}"/></svg>`;

export const brandMark: Html = html`<svg viewBox="0 0 16 16" aria-hidden="true"><use href="#mark"/></svg>`;
