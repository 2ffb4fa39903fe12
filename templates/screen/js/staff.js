// staff: the staff's corner. Behind a PIN, on a stream of its own; it leaves for the
// guests' page by itself when nobody is there any more.

import { dotted, draw, h } from './dom.js';
import { fieldOnScreen } from './field.js';
import { paint } from './morph.js';
import { showLogin } from './staff_login.js';
import * as guestScreens from './staff_screens.js';
import * as serverScreens from './staff_server.js';
import { answer, openStream } from './stream.js';
import { formatWhen, hasText, loadLanguages, say as sayIn, setZone } from './text.js';

const screens = { ...guestScreens, ...serverScreens };
const TYPING_MS = 120;
const STAY_EVERY_MS = 10000;
const IDLE_SHOWN_MS = 20000;
const NOTICE_MS = 5000;

const main = document.getElementById('main');
let language = 'zh-Hans';
let languages = [];
let station = '';
let state = null;
let local = blank();
let redrawLogin = null;
let touchedAt = performance.now();
let stayedAt = 0;
let typing;
let noticeTimer;

// What is being typed and chosen here, and the daemon knows nothing of yet.
function blank(query = '') {
  return { query, opening: '', scan: undefined, asking: '', text: '', role: undefined, code: '' };
}

const say = (key, params) => sayIn(language, key, params);
say.when = (ms) => formatWhen(language, ms, Date.now());
say.kind = (kind) => (hasText(language, `kind.${kind}`) ? say(`kind.${kind}`) : kind);
say.orKey = (prefix, key) => (hasText(language, `${prefix}.${key}`) ? say(`${prefix}.${key}`) : key);

const goToGuests = () => location.replace('/');

async function act(name, more = {}) {
  if (!state) return;
  touchedAt = performance.now();
  const reply = await answer(`/api/staff/${name}`, state, more);
  if (reply.status === 401) goToGuests();
}

// Somebody scrolls, reads or writes: the session must not end under their hands.
function present() {
  touchedAt = performance.now();
  if (!state || touchedAt - stayedAt < STAY_EVERY_MS) return;
  stayedAt = touchedAt;
  answer('/api/staff/stay', state);
}
for (const sign of ['pointerdown', 'keydown', 'input']) document.addEventListener(sign, present);
document.addEventListener('contextmenu', (event) => event.preventDefault());

// What stands in the search is sought once nobody has typed for a moment.
function seek(query) {
  if (query === local.query) return;
  if (!local.query) local.scan = state.last?.at_ms;
  local.query = query;
  local.opening = '';
  redraw();
  clearTimeout(typing);
  typing = setTimeout(() => act('find', { query }), TYPING_MS);
}

// Enter: at once, and if it is one guest only (a scanned badge) that guest is opened.
function seekNow(query) {
  clearTimeout(typing);
  local.opening = query.trim() ? query : '';
  act('find', { query });
}

function openTheOnly() {
  if (!local.opening || state.screen !== 'find' || state.query !== local.opening) return;
  local.opening = '';
  if (state.rows.length === 1) act('open', { ref: state.rows[0].ref });
}

// ---- around the screens -----------------------------------------------------------------

function roleLine() {
  const { role } = state;
  if (role.lists.length === 0) return h('p', { class: 'role none' }, say('staff.role.none'));
  return h('p', { class: 'role' }, h('strong', {}, role.lists.map((list) => list.name).join(' + ')),
    h('span', {}, dotted([say(`staff.role.${role.direction}`), say(`staff.role.${role.work}`), role.gate])));
}

// Why guests cannot be served as they should, and the screen where something can be done.
const mendedAt = { 'NO-PRINTER': 'printers', 'NO-ROLE': 'role' };

function troubleLine() {
  const { trouble, role } = state;
  if (!trouble || (trouble.code === 'NO-ROLE' && role.lists.length === 0)) return null; // said already
  const look = trouble.closed ? 'trouble closed' : 'trouble';
  const words = [draw('warn'), h('span', {}, say(`staff.station.${trouble.code}`))];
  const screen = mendedAt[trouble.code];
  return screen ? h('button', { type: 'button', class: look, onclick: () => act('show', { screen }) }, words) : h('p', { class: look }, words);
}

function otherLanguage() {
  const at = languages.indexOf(language);
  const next = languages[(at + 1) % languages.length];
  return languages.length < 2 ? null : h('button', { type: 'button', lang: next, onclick: () => { language = next; redraw(); } }, sayIn(next, 'language.name'));
}

function idleWords() {
  const left = state.idle_ms - (performance.now() - touchedAt);
  return left < IDLE_SHOWN_MS ? say('staff.idle', { seconds: Math.max(0, Math.ceil(left / 1000)) }) : '';
}

function top() {
  const leave = h('button', { type: 'button', onclick: () => act('logout').then(goToGuests) }, draw('leave'), say('staff.logout'));
  return [h('p', { class: 'who' }, `${say('staff.station', { station: state.station })} · ${state.who} `, h('span', { class: 'idle', id: 'idle' }, idleWords())),
    otherLanguage(), leave, roleLine(), troubleLine()].filter(Boolean);
}

// The tab that a screen without one of its own belongs to.
const tabOf = { guest: 'find', conflicts: 'server', dead: 'server', enrol: 'server' };

// What waits for somebody, by tab.
function waitingAt(name) {
  if (name === 'problems') return state.problem_count;
  return name === 'server' ? state.server.conflicts + state.server.dead : 0;
}

function tabs() {
  const names = ['find', 'role', 'printers', 'problems', ...(state.server ? ['server'] : [])];
  return names.map((name) =>
    h('button', { type: 'button', 'data-key': name, 'aria-pressed': String((tabOf[state.screen] ?? state.screen) === name),
      onclick: () => act('show', { screen: name }) },
    draw(name), h('span', { class: 'word' }, say(`staff.nav.${name}`),
      waitingAt(name) > 0 && h('span', { class: 'count' }, String(waitingAt(name))))));
}

function notice() {
  const place = document.getElementById('notice');
  place.hidden = !state.notice;
  if (!state.notice) return;
  place.className = state.notice.key === 'failed' ? 'notice bad' : 'notice';
  place.textContent = say(`staff.notice.${state.notice.key}`, state.notice);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { place.hidden = true; }, NOTICE_MS);
}

function redraw() {
  document.documentElement.lang = language;
  const bar = document.getElementById('top');
  if (!state) {
    paint(bar, ...[h('p', { class: 'who' }, `${say('staff.title')} · ${say('staff.station', { station })}`), otherLanguage()].filter(Boolean));
    redrawLogin?.();
    return;
  }
  document.documentElement.dataset.screen = state.screen;
  paint(main, screens[state.screen]({ state, local, language, say, act, seek, seekNow, redraw }));
  paint(bar, ...top());
  paint(document.getElementById('tabs'), ...tabs());
  if (document.activeElement === document.body) fieldOnScreen()?.focus();
}

function show(next) {
  if (state?.since !== next.since) {
    local = { ...blank(next.query ?? local.query), scan: next.last?.at_ms };
    main.replaceChildren(); // another question: nothing of the former is kept
  }
  state = next;
  setZone(next.zone);
  redraw();
  notice();
  document.documentElement.dataset.seq = next.seq;
  openTheOnly();
}

function away() {
  state = null;
  clearTimeout(typing);
  local = blank();
  delete document.documentElement.dataset.seq;
  for (const place of ['top', 'tabs']) document.getElementById(place).replaceChildren();
  document.getElementById('notice').hidden = true;
  main.replaceChildren(h('p', { class: 'away' }, say('away.title')));
}

setInterval(() => {
  const place = document.getElementById('idle');
  if (state && place) place.textContent = idleWords();
}, 500);

function openCorner() {
  redrawLogin = null;
  touchedAt = performance.now();
  openStream('/api/staff/events', { onState: show, onLost: away, onEnd: goToGuests, onRefused: goToGuests });
}

const people = await answer('/api/staff/people', {});
if (people.ok) {
  ({ languages, station } = people.body);
  [language] = languages;
  await loadLanguages(languages);
  redrawLogin = showLogin(main, people.body.people, say, { onIn: openCorner, onAway: goToGuests });
  document.documentElement.dataset.screen = 'login';
  redraw();
} else {
  goToGuests();
}
