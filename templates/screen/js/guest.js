// guest: the screen a guest stands in front of. A pure function of the state it is sent,
// but for one screen of its own: "one moment", when the daemon falls silent.

import { dotted, draw, h, shrinkToFit } from './dom.js';
import { forget, form, isWritten } from './form.js';
import { paint } from './morph.js';
import { answer, openStream } from './stream.js';
import { hasText, loadLanguages, say, setZone, formatWhen } from './text.js';
import { playTone } from './tone.js';

const main = document.getElementById('main');
const bar = document.getElementById('bar');

// What each screen looks like: tone (colour and sound), sign, and the drawing beside its
// one next step. What it says is in the language files, under the screen's name.
const looks = {
  starting: { tone: 'calm', sign: 'spin' },
  reading: { tone: 'calm', sign: 'spin' },
  away: { tone: 'calm', sign: 'clock', step: 'helper' },
  direction: { tone: 'info', sign: 'ask' },
  welcome: { tone: 'ok', sign: 'tick' },
  take: { tone: 'ok', sign: 'slot', step: 'badge' },
  enter: { tone: 'ok', sign: 'tick', step: 'door' },
  exit: { tone: 'ok', sign: 'tick', step: 'badge' },
  'came-out': { tone: 'info', sign: 'ask', step: 'printer' },
  already: { tone: 'info', sign: 'info', step: 'badge' },
  'on-its-way': { tone: 'info', sign: 'info', step: 'printer' },
  replaced: { tone: 'warn', sign: 'warn', step: 'badge' },
  forged: { tone: 'stop', sign: 'stop', step: 'desk' },
  unpaid: { tone: 'warn', sign: 'warn', step: 'desk' },
  cancelled: { tone: 'stop', sign: 'stop', step: 'desk' },
  blocked: { tone: 'stop', sign: 'stop', step: 'desk' },
  revoked: { tone: 'stop', sign: 'stop', step: 'desk' },
  'not-yet': { tone: 'info', sign: 'clock', step: 'later' },
  'no-longer': { tone: 'warn', sign: 'warn', step: 'desk' },
  'wrong-list': { tone: 'info', sign: 'info', step: 'door' },
  rules: { tone: 'warn', sign: 'warn', step: 'desk' },
  questions: { tone: 'info', sign: 'ask', step: 'desk' },
  ambiguous: { tone: 'info', sign: 'ask', step: 'desk' },
  unapproved: { tone: 'info', sign: 'clock', step: 'desk' },
  error: { tone: 'warn', sign: 'warn', step: 'desk' },
  exchange: { tone: 'info', sign: 'warn', step: 'desk' },
  exchanged: { tone: 'info', sign: 'warn', step: 'desk' },
  'not-in-copy': { tone: 'warn', sign: 'warn', step: 'desk' },
  malformed: { tone: 'warn', sign: 'warn', step: 'phone' },
  trouble: { tone: 'warn', sign: 'warn', step: 'helper' },
  failed: { tone: 'warn', sign: 'warn', step: 'phone' },
  'out-of-order': { tone: 'stop', sign: 'stop', step: 'helper' },
};

// A rule that only says "later" is no warning.
const lookOf = (screen) => (screen === 'rules' && state.variant === 'early' ? looks['not-yet'] : looks[screen]);

let state = null;
let shownAt = 0; // performance.now() of the state
let spokenSince; // the screen whose tone was played

const facts = () => ({ ...state.facts, station: state.facts?.at_station ?? state.station, gate: state.facts?.at_gate, now_ms: state.now_ms });

// Chinese has no blanks to break lines at: each clause stays together while it fits.
function clauses(code, text) {
  const parts = code.startsWith('zh') ? text.split(/(?<=[，。？！；：])/) : [text];
  return parts.length < 2 ? text : parts.map((part) => h('span', { class: 'clause' }, part));
}

// One sentence in each language shown, the first one large: a span a language.
function words(key, params = facts()) {
  const of = typeof params === 'function' ? params : () => params;
  const said = state.show.filter((code) => hasText(code, key)).map((code) => ({ code, text: say(code, key, of(code)) }));
  return said.filter(({ text }, i) => i === 0 || text !== said[0].text)
    .map(({ code, text }, i) => h('span', { class: i === 0 ? 'first' : 'second', lang: code }, clauses(code, text)));
}

const post = (path, more) => answer(path, state, more);

function bigButton(key, drawing, look, path, more) {
  return h('button', { type: 'button', class: look, onclick: () => post(path, more) },
    drawing && draw(drawing), h('span', { class: 'words' }, words(key)));
}

// ---- the parts of a screen ------------------------------------------------------

// Of a name that is in Latin letters already, the second form says little.
const isLatin = (name) => /^[\p{Script=Latin}\p{M}\P{L}]*$/u.test(name);

function person() {
  const guest = state.guest;
  if (!guest) return null;
  const latin = guest.name_latin && guest.name_latin !== guest.name ? guest.name_latin : '';
  return h('div', { class: 'person' },
    h('p', { class: 'name', dir: 'auto' }, guest.name),
    latin && h('p', { class: isLatin(guest.name) ? 'latin echo' : 'latin', dir: 'auto' }, latin),
    guest.organisation && h('p', { class: 'organisation', dir: 'auto' }, guest.organisation),
    guest.kind && guest.kind !== 'guest' && h('p', { class: 'kind' }, words(`kind.${guest.kind}`)));
}

function step(key, drawing) {
  const sentence = words(key);
  return sentence.length === 0 ? null
    : h('div', { class: 'step' }, drawing && draw(drawing), h('p', {}, sentence));
}

const detail = (key) => h('p', { class: 'detail' }, words(key));

// Three true stages: found or checked in, printing, take it.
function stages() {
  const at = { queued: 1, printing: 1, checking: 1, printed: 2 }[state.stage] ?? 1;
  const first = state.variant === 'print' ? 'welcome.step1-print' : 'welcome.step1';
  const steps = [first, 'welcome.step2', 'welcome.step3'].map((key, i) =>
    h('li', { class: i < at ? 'done' : i === at ? 'now' : 'next' },
      i > 0 && h('i', { class: 'rail' }), h('span', { class: 'dot' }, i < at ? draw('yes') : String(i + 1)), h('span', { class: 'words' }, words(key))));
  return h('ol', { class: 'stages' }, steps);
}

function progress() {
  if (!state.eta_ms) return null;
  const fill = h('i', {});
  const done = Math.min(0.97, state.elapsed_ms / state.eta_ms);
  const left = Math.max(0, state.eta_ms - state.elapsed_ms);
  fill.animate([{ transform: `scaleX(${done})` }, { transform: 'scaleX(0.97)' }], { duration: left, fill: 'forwards' });
  return h('div', { class: 'progress', 'data-key': state.seq }, fill);
}

function timer() {
  if (!state.leave_ms) return null;
  const fill = h('i', {});
  fill.animate([{ transform: `scaleX(${state.leave_ms / state.leave_total_ms})` }, { transform: 'scaleX(0)' }],
    { duration: state.leave_ms, fill: 'forwards' });
  return h('div', { class: 'timer', 'data-key': state.seq }, fill);
}

function leaveButtons() {
  return h('div', { class: 'buttons two' },
    state.stay && bigButton('button.stay', null, 'plain', '/api/guest/stay'),
    bigButton('button.done', null, 'plain', '/api/guest/done'));
}

// ---- what stands under the hero --------------------------------------------------

function welcomeLower() {
  const late = ['', 'late', 'very-late'][state.late ?? 0];
  const line = late ? `welcome.${late}` : `welcome.${state.stage}`;
  const seconds = Math.ceil(Math.max(0, (state.eta_ms ?? 0) - (state.elapsed_ms ?? 0)) / 1000);
  return [stages(), progress(), (!late && attention()) || step(line, late === 'very-late' ? 'helper' : 'printer'),
    !late && seconds > 0 && h('p', { class: 'detail' }, words('welcome.eta', { seconds }))];
}

function ageDetail() {
  const minutes = Math.floor((state.facts.age_ms ?? 0) / 60000);
  if (minutes < 1) return null;
  return minutes < 90
    ? h('p', { class: 'detail' }, words('not-in-copy.age-minutes', { minutes }))
    : h('p', { class: 'detail' }, words('not-in-copy.age', { hours: Math.round(minutes / 60) }));
}

// Why a rule says no, each condition in the guest's words: by its kind, and whether too
// much or too little of it is what fails.
const dayName = (code, day) => new Intl.DateTimeFormat(code, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));

function whyKey({ reason, compare }) {
  const kind = { less: 'max', 'at-most': 'max', more: 'min', 'at-least': 'min' }[compare] ?? compare;
  const keys = [`why.${reason}.${kind}`, `why.${reason}`];
  return keys.find((key) => hasText(state.show[0], key)) ?? 'why.other';
}

function whys() {
  const saidAbove = ['early', 'gate', 'inside'].includes(state.variant) ? 1 : 0;
  return (state.facts.whys ?? []).slice(saidAbove, 2).map((why) => h('p', { class: 'detail reason' },
    words(whyKey(why), (code) => ({ at: why.at, minutes: Math.ceil(why.number), weekday: dayName(code, why.number), now_ms: state.now_ms }))));
}

// What to do: the variant's own words, else the screen's.
function nextKey(screen) {
  const own = `${screen}.${state.variant}.next`;
  return state.variant && hasText(state.show[0], own) ? own : `${screen}.next`;
}

const ruleStep = () => step(nextKey('rules'), state.variant === 'early' ? 'later' : 'desk');

const attention = () => state.facts.attention && step('attention.next', 'helper');

// How much of the first guest list is here; without a total it only moves.
function loadBar() {
  const { done, total } = state.copy;
  const known = total > 0 ? { max: total, value: Math.min(done, total) } : {};
  return h('progress', { class: 'load', 'aria-label': say(state.show[0], 'starting.loading.next'), ...known });
}

const place = (list, more) => (list ? h('p', { class: 'place' }, dotted([list, more])) : null);

function alreadyWhen() {
  const { at_station: station, at_gate: gate } = state.facts;
  return gate ? 'already.when-gate' : station ? 'already.when' : 'already.when-only';
}

const lowers = {
  welcome: welcomeLower,
  starting: () => (state.variant === 'loading' ? [loadBar(), step('starting.loading.next', 'later')] : [step('starting.next')]),
  reading: () => [step('reading.next')],
  take: () => [attention() || step('take.next', 'badge'), place(state.facts.list, state.guest?.seat)],
  enter: () => [attention() || step('enter.next', 'door'), place(state.facts.list, state.guest?.seat), leaveButtons()],
  exit: () => [step('exit.next', 'badge')],
  away: () => [step('away.next', 'helper')],
  direction: () => [h('div', { class: 'buttons pair' },
    bigButton('button.entry', 'door', 'main', '/api/guest/choose', { exit: false }),
    bigButton('button.exit', 'out', 'plain', '/api/guest/choose', { exit: true }))],
  'came-out': () => [step('came-out.next', 'printer'), h('div', { class: 'buttons pair' },
    bigButton('button.yes', 'yes', 'main', '/api/guest/badge', { came_out: true }),
    bigButton('button.no', 'no', 'plain', '/api/guest/badge', { came_out: false }))],
  already: () => [state.facts.at && detail(alreadyWhen()),
    step('already.next', 'badge'), leaveButtons()],
  'on-its-way': () => [step(state.facts.printer ? 'on-its-way.next' : 'on-its-way.next-plain', 'printer'), leaveButtons()],
  'not-yet': () => [step(state.facts.from ? 'not-yet.next' : 'not-yet.next-plain', 'later'), leaveButtons()],
  'no-longer': () => [state.facts.until && detail('no-longer.when'), step('no-longer.next', 'desk'), leaveButtons()],
  'wrong-list': () => [
    step(state.facts.place ? 'wrong-list.next' : 'wrong-list.next-plain', state.facts.place ? 'door' : 'desk'),
    state.facts.list && detail(state.facts.from ? 'wrong-list.when' : 'wrong-list.when-only'), leaveButtons()],
  rules: () => [state.facts.reason && h('p', { class: 'detail reason', dir: 'auto' }, state.facts.reason),
    ...whys(), (state.facts.whys ?? []).length < 2 && place(state.facts.list, state.facts.place), ruleStep(), leaveButtons()],
  questions: () => (state.questions
    ? [form({ state, words, post, name: (key) => say(state.show[0], key), desk: bigButton('questions.desk', null, 'plain', '/api/guest/done') })]
    : otherLower('questions')),
  'not-in-copy': () => [step('not-in-copy.next', 'desk'), ageDetail(), leaveButtons()],
  trouble: () => [h('p', { class: 'detail' }, words(`trouble.${state.facts.trouble}`)), step('trouble.next', 'helper')],
  'out-of-order': () => [step('out-of-order.next', 'helper'), detail('out-of-order.code')],
};

const otherLower = (screen) => [step(nextKey(screen), looks[screen].step), leaveButtons()];

function titleKey() {
  if (state.questions) return 'questions.ask.title';
  const withVariant = `${state.screen}.${state.variant}.title`;
  if (state.variant && hasText(state.show[0], withVariant)) return withVariant;
  const printing = `${state.screen}.title-${state.variant}`;
  return hasText(state.show[0], printing) ? printing : `${state.screen}.title`;
}

// ---- whole screens -----------------------------------------------------------------

function result(screen) {
  const lower = (lowers[screen] ?? (() => otherLower(screen)))();
  if (state.questions && isWritten(state.questions)) return [h('section', { class: 'lower whole' }, lower, timer())];
  return [
    h('section', { class: state.guest ? 'hero named' : 'hero' }, draw(lookOf(screen).sign), h('h1', {}, words(titleKey())), person()),
    h('section', { class: 'lower' }, lower, timer()),
  ];
}

function attract() {
  const badges = state.variant !== 'no-badges';
  const steps = [['phone', 'attract.step1'], ['scan', 'attract.step2'], badges ? ['badge', 'attract.step3'] : ['helper', 'attract.step3-no-badges']]
    .map(([drawing, key], i) => h('li', { class: i === 2 && !badges ? 'wait' : null }, draw(drawing), h('span', { class: 'words' }, words(key))));
  return [
    h('section', { class: 'stage' }, draw('attract')),
    h('section', { class: 'call' }, h('h1', {}, words('attract.title')),
      h('ol', { class: 'steps' }, steps)),
  ];
}

function footer() {
  const languages = state.languages.map((code) =>
    h('button', { type: 'button', lang: code, 'aria-pressed': String(state.lang === code),
      onclick: () => post('/api/guest/language', { lang: state.lang === code ? '' : code }) }, say(code, 'language.name')));
  const help = state.screen === 'attract' ? h('p', { class: 'help' }, words('attract.help')) : null;
  paint(bar, ...[help, h('div', { class: 'languages', role: 'group', 'aria-label': 'Language 语言' }, languages)].filter(Boolean));
}

// The daemon's clock, carried on by the browser's between two states.
function tick() {
  const now = state?.now_ms ? state.now_ms + performance.now() - shownAt : 0;
  document.getElementById('clock').textContent = now ? formatWhen(state.show[0], now, now) : '';
}

function header() {
  const about = { ...state.copy, now_ms: state.now_ms };
  const keyOf = (chip) => (chip === 'loading' && !(about.total > 0) ? 'chip.loading-plain' : `chip.${chip}`);
  const chips = (state.chips ?? []).map((chip) => h('li', { class: `chip ${chip}` }, words(keyOf(chip), about)));
  document.getElementById('chips').replaceChildren(...chips);
  const name = state.event?.name || say(state.show[0], 'event.default');
  document.getElementById('event').textContent = name.replaceAll(' · ', '\u00a0· '); // no dot begins a line
  tick();
}

// Sets the hero and what is under it closer, in steps, until nothing is cut. Upright they
// share the height, so what one gives the other gets; lying each has its own.
const DENSEST = 3;

// In letters of Latin; a Han character is over two of them wide.
const widthOf = (text) => [...text].reduce((sum, c) => sum + (c > '\u2e7f' ? 2.6 : 1), 0);

function fit() {
  const hero = main.querySelector('.hero');
  const lower = main.querySelector('.lower');
  const name = main.querySelector('.name');
  if (!hero) return;
  for (const heading of main.querySelectorAll('h1 .first')) heading.classList.toggle('long', widthOf(heading.textContent) > 19);
  const upright = innerHeight > innerWidth;
  const dense = { hero: 0, lower: 0 };
  const isFull = (box) => box.scrollHeight > box.clientHeight + 1;
  const latin = main.querySelector('.latin');
  const setName = () => {
    if (name) shrinkToFit(name, [3, 2.6, 2.2, 1.9, 1.6, 1.35, 1.15].slice(dense.hero), 2);
    if (latin) latin.style.fontSize = `${Math.min(1.5, Math.max(0.95, parseFloat(name.style.fontSize) * 0.75))}rem`;
  };
  setName();
  for (let turn = 0; turn < 2 * DENSEST && (isFull(hero) || isFull(lower)); turn++) {
    const turnOfLower = isFull(lower) || (upright && dense.lower <= dense.hero);
    const which = turnOfLower && dense.lower < DENSEST ? 'lower' : 'hero';
    dense[which] = Math.min(DENSEST, dense[which] + 1);
    (which === 'hero' ? hero : lower).dataset.dense = dense[which];
    setName();
  }
}

function render() {
  const tone = state.screen === 'attract' ? 'attract' : lookOf(state.screen).tone;
  document.documentElement.lang = state.show[0];
  document.documentElement.dataset.screen = state.screen;
  document.documentElement.dataset.tone = tone;
  main.className = ''; // measured at rest: what is still moving in would count as cut
  if (spokenSince !== state.since) main.replaceChildren(); // another guest: nothing of the former is kept
  if (!state.questions) forget();
  paint(main, ...(state.screen === 'attract' ? attract() : result(state.screen)));
  header();
  footer();
  fit();
  if (spokenSince !== state.since) {
    main.className = 'fresh';
    playTone(tone);
  }
  spokenSince = state.since;
}

async function show(next) {
  state = next;
  shownAt = performance.now();
  await loadLanguages(next.languages);
  if (state !== next) return; // a newer one has come meanwhile
  setZone(next.event?.zone);
  render();
  document.documentElement.dataset.seq = next.seq;
}

// Nothing of a guest is kept, neither on the screen nor in a variable.
function away() {
  const languages = state?.languages ?? [];
  forget();
  state = { screen: 'away', languages: [], show: languages, lang: '', since: -1, seq: -1 };
  render();
  delete document.documentElement.dataset.seq;
}

// ---- the staff's corner: three seconds of pressing, or Ctrl+Alt+S --------------------

const CORNER_MS = 3000;
let pressed;
const corner = document.getElementById('corner');
const openStaff = () => location.assign('/staff');
corner.addEventListener('pointerdown', () => { pressed = setTimeout(openStaff, CORNER_MS); });
for (const over of ['pointerup', 'pointerleave', 'pointercancel']) {
  corner.addEventListener(over, () => clearTimeout(pressed));
}
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey && event.altKey && event.code === 'KeyS') openStaff();
});
document.addEventListener('contextmenu', (event) => event.preventDefault());

setInterval(tick, 1000);
openStream('/api/guest/events', { onState: show, onLost: away });
