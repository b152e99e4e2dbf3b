// Live updates, forms without a page load, keyboard. The pages read and work without it.

const chat = document.querySelector('.chat');

/* ---------- following the channel ---------- */

function follow() {
  const address = `/events?channel=${encodeURIComponent(chat.dataset.channel)}&after=${chat.dataset.after}`;
  const source = new EventSource(address);
  showConnection('live');
  source.addEventListener('open', () => showConnection('live'));
  source.addEventListener('message', (event) => {
    chat.dataset.after = event.lastEventId;
    showMessage(JSON.parse(event.data));
  });
  source.addEventListener('frame', (event) => showFrame(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    showConnection('lost');
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(follow, 3000);
  });
}

function showConnection(state) {
  const place = document.querySelector('[data-live]');
  if (!place || place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = state === 'live' ? 'Live' : 'Connection lost, retrying';
  place.prepend(shape(state === 'live' ? 'live' : 'fail'));
}

function shape(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
}

function showMessage(change) {
  if (change.root === null) putInPlace(change, document.getElementById('log'));
  else showReply(change);
  if (change.replies) swap(parse(change.replies));
  const pin = change.pin && document.getElementById(`pin-${change.id}`);
  if (pin) pin.replaceWith(parse(change.pin));
}

function showReply(change) {
  const panel = document.getElementById('thread');
  const opens = panel.hidden && change.thread && chat.dataset.thread === 'auto';
  if (opens) {
    panel.replaceChildren(...parseAll(change.thread));
    panel.dataset.root = change.root;
    panel.hidden = false;
    chat.classList.add('chat--thread', 'chat--auto');
  } else if (panel.dataset.root === change.root) {
    putInPlace(change, document.getElementById('thread-log'));
    const count = panel.querySelector('[data-count]');
    const evidence = panel.querySelectorAll('[data-evidence]').length;
    if (count && evidence > 0) count.textContent = `${evidence} evidence items`;
  }
}

/** The element replaces the one with its id, or joins in order of time. Keeps what the reader opened and where they are. */
function putInPlace(change, log) {
  if (!log) return;
  document.getElementById('empty')?.remove();
  const element = parse(change.html);
  if (swap(element)) return;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const later = [...log.children].find((other) => Number(other.dataset?.at) > change.atMs);
  log.insertBefore(element, later ?? null);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function swap(element) {
  const old = document.getElementById(element.id);
  if (!old) return false;
  const dialog = old.querySelector('dialog[open]');
  if (dialog) {
    dialog.addEventListener('close', () => swap(element), { once: true });
    return true;
  }
  const log = old.closest('.log');
  const atEnd = log && log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  [...element.querySelectorAll('details')].forEach((details, index) => {
    if (open[index] !== undefined) details.open = open[index];
  });
  const focused = old.contains(document.activeElement)
    ? [...old.querySelectorAll('a, button, summary')].indexOf(document.activeElement)
    : -1;
  old.replaceWith(element);
  if (focused >= 0) element.querySelectorAll('a, button, summary')[focused]?.focus();
  if (atEnd) log.scrollTop = log.scrollHeight;
  return true;
}

function showFrame({ side, head }) {
  const list = parse(side);
  const shown = document.getElementById('channels');
  list.scrollTop = shown.scrollTop;
  shown.replaceWith(list);
  document.getElementById('head').replaceWith(parse(head));
}

// The server escapes everything in its fragments; the page's policy allows no inline script.
function parseAll(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return [...template.content.children];
}

const parse = (html) => parseAll(html)[0];

/* ---------- forms ---------- */

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-send')) return;
  event.preventDefault();
  const dialog = form.dataset.dialog && document.getElementById(form.dataset.dialog);
  if (dialog) dialog.showModal();
  else void send(form);
});

document.addEventListener('click', (event) => {
  if (event.target instanceof Element && event.target.closest('[data-close]')) event.target.closest('dialog')?.close();
});

document.addEventListener('change', (event) => {
  const people = event.target instanceof Element && event.target.closest('[data-people]');
  if (people) people.requestSubmit();
});

async function send(form) {
  const buttons = [...form.querySelectorAll('button')];
  for (const button of buttons) button.disabled = true;
  const problem = await post(form);
  form.closest('dialog')?.close();
  showProblem(problem);
  // The second half of a double click comes when a quick answer is already here.
  if (!problem && !form.hasAttribute('data-clear')) await new Promise((resolve) => setTimeout(resolve, 600));
  for (const button of buttons) button.disabled = false;
  if (problem) return;
  // The next submit is a new act; after a failure the number stays, so that a retry cannot act twice.
  form.elements.namedItem('nonce').value = crypto.randomUUID();
  if (!form.hasAttribute('data-clear')) return;
  const input = form.querySelector('input[name=text]');
  input.value = '';
  input.focus();
}

// `form.action` would be the field of that name.
/** Null when it worked, otherwise what to tell the person. */
async function post(form) {
  try {
    const response = await fetch(form.getAttribute('action'), {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json();
    if (answer.open) location.assign(answer.open);
    return response.ok ? null : `${answer.title}. ${answer.fix}`;
  } catch {
    return 'The server did not answer. Try again; nothing happens twice.';
  }
}

function showProblem(problem) {
  const place = document.querySelector('[data-problem]');
  if (!place) return;
  place.hidden = problem === null;
  place.textContent = problem ?? '';
}

/* ---------- keyboard ---------- */

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = { j: () => step(1), k: () => step(-1), '/': focusSearch, a: openApproval }[event.key];
  if (act?.()) event.preventDefault();
});

const isTyping = (target) =>
  target instanceof Element && target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, dialog');

function step(by) {
  const neighbour = document.querySelector(by > 0 ? '[data-next]' : '[data-previous]');
  if (neighbour) {
    neighbour.click();
    return true;
  }
  const rows = [...document.querySelectorAll('[data-evidence]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 && by < 0 ? rows.length - 1 : at + by];
  const target = next?.matches('tr') ? next.querySelector('a') : next;
  target?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return Boolean(target);
}

function focusSearch() {
  const search = document.querySelector('[data-search]');
  if (!search?.checkVisibility()) return false;
  search.focus();
  return true;
}

function openApproval() {
  const link = document.querySelector('[data-approve]');
  link?.click();
  return Boolean(link);
}

/* ---------- start ---------- */

if (chat) {
  for (const log of document.querySelectorAll('.log'))
    log.scrollTop = location.hash.startsWith('#m-') ? log.scrollTop : log.scrollHeight;
  const threadLog = document.getElementById('thread-log');
  if (threadLog) threadLog.scrollTop = 0;
  follow();
}
