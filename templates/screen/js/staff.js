// staff: the staff's corner. Behind a PIN, on a stream of its own; it leaves for the
// guests' page by itself when nobody is there any more.

import { draw, h } from './dom.js';
import { listenToKeys } from './keyboard.js';
import { showLogin } from './staff_login.js';
import * as screens from './staff_screens.js';
import { answer, openStream } from './stream.js';
import { formatWhen, hasText, loadLanguages, say as sayIn, setZone } from './text.js';

const TYPING_MS = 120;
const STAY_EVERY_MS = 10000;
const IDLE_SHOWN_MS = 20000;
const NOTICE_MS = 5000;

const main = document.getElementById('main');
let language = 'zh-Hans';
let languages = [];
let station = '';
let state = null;
let local = { query: '', asking: '', text: '', role: undefined };
let redrawLogin = null;
let touchedAt = performance.now();
let stayedAt = 0;
let typing;
let noticeTimer;

const say = (key, params) => sayIn(language, key, params);
say.when = (ms) => formatWhen(language, ms, Date.now());
say.kind = (kind) => (hasText(language, `kind.${kind}`) ? say(`kind.${kind}`) : kind);
say.orKey = (prefix, key) => (hasText(language, `${prefix}.${key}`) ? say(`${prefix}.${key}`) : key);

const goToGuests = () => location.replace('/');

async function act(name, more = {}) {
  touchedAt = performance.now();
  const reply = await answer(`/api/staff/${name}`, state, more);
  if (reply.status === 401) goToGuests();
}

// Somebody scrolls and reads: the session must not end under their hands.
document.addEventListener('pointerdown', () => {
  touchedAt = performance.now();
  if (!state || touchedAt - stayedAt < STAY_EVERY_MS) return;
  stayedAt = touchedAt;
  answer('/api/staff/stay', state);
});
document.addEventListener('contextmenu', (event) => event.preventDefault());

function type(edit) {
  const part = local.asking === 'text' ? 'text' : 'query';
  local[part] = edit(local[part]).slice(0, 60);
  redraw();
  if (part === 'text') return;
  clearTimeout(typing);
  typing = setTimeout(() => act('find', { query: local.query }), TYPING_MS);
}

// ---- around the screens -----------------------------------------------------------------

function roleLine() {
  const { role } = state;
  if (role.lists.length === 0) return h('p', { class: 'role none' }, say('staff.role.none'));
  return h('p', { class: 'role' }, h('strong', {}, role.lists.map((list) => list.name).join(' + ')),
    h('span', {}, [say(`staff.role.${role.direction}`), say(`staff.role.${role.work}`), role.gate].filter(Boolean).join(' · ')));
}

function otherLanguage() {
  const at = languages.indexOf(language);
  const next = languages[(at + 1) % languages.length];
  return languages.length < 2 ? null : h('button', { type: 'button', lang: next, onclick: () => { language = next; redraw(); } }, sayIn(next, 'language.name'));
}

function top() {
  const leave = h('button', { type: 'button', onclick: () => act('logout').then(goToGuests) }, draw('leave'), say('staff.logout'));
  return [h('p', { class: 'who' }, `${say('staff.station', { station: state.station })} · ${state.who} `, h('span', { class: 'idle', id: 'idle' })),
    otherLanguage(), leave, roleLine()].filter(Boolean);
}

function tabs() {
  return ['find', 'role', 'printers', 'problems'].map((name) =>
    h('button', { type: 'button', 'aria-pressed': String(state.screen === name || (name === 'find' && state.screen === 'guest')),
      onclick: () => act('show', { screen: name }) },
    draw(name), h('span', { class: 'word' }, say(`staff.nav.${name}`),
      name === 'problems' && state.problem_count > 0 && h('span', { class: 'count' }, String(state.problem_count)))));
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

// A list that is drawn anew stays where it was scrolled to.
function redraw() {
  document.documentElement.lang = language;
  if (!state) {
    document.getElementById('top').replaceChildren(...[h('p', { class: 'who' }, `${say('staff.title')} · ${say('staff.station', { station })}`), otherLanguage()].filter(Boolean));
    redrawLogin?.();
    return;
  }
  document.documentElement.dataset.screen = state.screen;
  const scrolled = main.querySelector('.scroll')?.scrollTop ?? 0;
  main.replaceChildren(screens[state.screen]({ state, local, say, act, type, redraw }));
  document.getElementById('top').replaceChildren(...top());
  document.getElementById('tabs').replaceChildren(...tabs());
  const list = main.querySelector('.scroll');
  if (list) list.scrollTop = scrolled;
}

function show(next) {
  if (state?.since !== next.since) {
    local = { query: next.query ?? local.query, asking: '', text: '', role: undefined };
    main.replaceChildren();
  }
  state = next;
  setZone(next.zone);
  redraw();
  notice();
  document.documentElement.dataset.seq = next.seq;
}

function away() {
  state = null;
  local = { query: '', asking: '', text: '', role: undefined };
  delete document.documentElement.dataset.seq;
  for (const place of ['top', 'tabs']) document.getElementById(place).replaceChildren();
  document.getElementById('notice').hidden = true;
  main.replaceChildren(h('p', { class: 'away' }, say('away.title')));
}

setInterval(() => {
  const place = document.getElementById('idle');
  if (!state || !place) return;
  const left = state.idle_ms - (performance.now() - touchedAt);
  place.textContent = left < IDLE_SHOWN_MS ? say('staff.idle', { seconds: Math.max(0, Math.ceil(left / 1000)) }) : '';
}, 500);

function openCorner() {
  redrawLogin = null;
  touchedAt = performance.now();
  openStream('/api/staff/events', { onState: show, onLost: away, onEnd: goToGuests, onRefused: goToGuests });
  listenToKeys((edit) => { if (state && (state.screen === 'find' || local.asking === 'text')) type(edit); });
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
