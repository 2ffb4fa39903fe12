// staff_server: the ticketing server's screens of the staff's corner: how it stands, the
// two work lists, and how a station becomes a device of an organiser. As in
// staff_screens: each is made from the state and what is being typed.

import { dotted, draw, h } from './dom.js';
import { field } from './field.js';

const CODE_MAX = 1000; // characters of an enrolment code

const button = (label, look, onclick, more = {}) => h('button', { type: 'button', class: look, onclick, ...more }, label);
const mark = (text, tone, drawing) => h('span', { class: `mark ${tone}` }, drawing && draw(drawing), text);
const spoken = (text) => h('h1', { class: 'spoken' }, text);

function header(title, more, { say, act }, to = 'server') {
  return h('div', { class: 'card' }, button(draw('back'), '', () => act('show', { screen: to }), { 'aria-label': say('staff.back') }),
    h('h1', {}, title), more && h('p', {}, more));
}

// ---- the card ------------------------------------------------------------------------

const linkLook = { online: ['ok', 'ok'], offline: ['warn', 'warn'], 'by-hand': ['warn', 'warn'], sealed: ['stop', 'stop'], none: ['', false] };
const grave = new Set(['sealed', 'suspicious', 'locked', 'held']);

function linkMark({ link, since_ms: since }, say) {
  const words = say(`staff.server.link.${link}`);
  return mark(since ? `${words} · ${say('staff.server.since', { time: say.when(since) })}` : words, ...linkLook[link]);
}

function trouble(server, say) {
  if (!server.trouble) return null;
  return h('p', { class: grave.has(server.trouble) ? 'advice stop' : 'advice' }, say(`staff.server.trouble.${server.trouble}`),
    server.trouble_text && h('small', { lang: 'en' }, h('bdi', {}, server.trouble_text)));
}

function ageOf(copyMs, now, say) {
  const minutes = Math.max(0, Math.floor((now - copyMs) / 60000));
  return minutes < 90 ? say('staff.server.copy-age', { minutes }) : say('staff.server.copy-age-hours', { hours: Math.round(minutes / 60) });
}

function copyWords({ server, now_ms: now }, say) {
  return server.copy_ms ? `${say.when(server.copy_ms)} (${ageOf(server.copy_ms, now, say)})` : say('staff.server.copy-none');
}

function clockWords(apart, say) {
  if (!apart) return '';
  return say(apart > 0 ? 'staff.server.clock-behind' : 'staff.server.clock-ahead', { seconds: Math.round(Math.abs(apart) / 1000) });
}

// The numbers are there even when they are 0: nobody has to wonder.
function facts({ state, say, language }) {
  const { server } = state;
  const number = (value) => value.toLocaleString(language);
  const { account, upload } = server;
  const rows = [['organizer', account.organizer], ['device', account.number ? `${account.device} (${account.number})` : account.device], ['gate', account.gate],
    ['copy', copyWords(state, say)], ['heard', server.heard_ms ? say.when(server.heard_ms) : ''], ['clock', clockWords(server.clock_apart_ms, say)],
    ['waiting', number(upload.waiting)], ['held', number(upload.held)], ['sent', number(upload.sent)]];
  return h('dl', { class: 'fields' }, rows.filter(([, value]) => value)
    .map(([key, value]) => h('div', {}, h('dt', {}, say(`staff.server.${key}`)), h('dd', {}, h('bdi', {}, value)))));
}

function load({ download }, say) {
  if (download.phase === 'idle') return null;
  const known = download.total > 0 ? { max: download.total, value: Math.min(download.done, download.total) } : {};
  const what = say(download.first ? 'staff.server.first-load' : 'staff.server.loading');
  return h('div', { class: 'load' },
    h('p', {}, h('span', {}, dotted([what, say(`staff.server.phase.${download.phase}`), download.event])),
      download.total > 0 && h('span', {}, say('staff.server.done-of', { done: download.done, total: download.total }))),
    h('progress', { 'aria-label': what, ...known }));
}

function workLists(server, { say, act }) {
  const entry = (screen, count) => h('button', { type: 'button', 'data-key': screen, onclick: () => act('show', { screen }) },
    say(`staff.${screen}.title`), count > 0 && h('span', { class: 'count' }, String(count)));
  return h('div', { class: 'worklists' }, entry('conflicts', server.conflicts), entry('dead', server.dead));
}

function rareActs({ server, may }, { say, act }) {
  if (!may.enrol) return null;
  return h('div', { class: 'worklists' },
    server.link !== 'sealed' && button(say('staff.server.full'), '', () => act('server-full'), { disabled: server.link === 'by-hand' || server.running }),
    button(say('staff.server.again'), '', () => act('show', { screen: 'enrol' })));
}

function notEnrolled({ state, say, act }) {
  return h('section', { class: 'two-rows server' },
    h('div', { class: 'pane' }, spoken(say('staff.server.title')), h('h2', { class: 'empty' }, say('staff.server.none')),
      h('p', { class: 'empty' }, say('staff.server.none-next'), ' ', !state.may.enrol && say('staff.server.none-who'))),
    state.may.enrol && h('div', { class: 'acts' }, button(say('staff.server.enrol'), 'main', () => act('show', { screen: 'enrol' }))));
}

export function server(view) {
  const { state, say, act } = view;
  const now = state.server;
  if (now.link === 'none') return notEnrolled(view);
  const byHand = now.link === 'by-hand';
  return h('section', { class: 'two-rows server' },
    h('div', { class: 'pane scroll', tabindex: '0' },
      h('div', { class: 'head' }, h('h1', {}, say('staff.server.title')), linkMark(now, say), h('p', { class: 'more' }, h('bdi', {}, now.account.url))),
      trouble(now, say),
      now.trouble === 'suspicious' && state.may.enrol && button(say('staff.server.believe'), 'main', () => act('server-believe')),
      load(now, say), workLists(now, view), facts(view), rareActs(state, view)),
    state.may.server && now.link !== 'sealed' && h('div', { class: 'acts' },
      button(now.running ? say('staff.server.running') : say('staff.server.now'), byHand ? '' : 'main', () => act('server-now'), { 'data-key': 'now', disabled: byHand || now.running }),
      button(say(byHand ? 'staff.server.online' : 'staff.server.offline'), byHand ? 'main' : '', () => act('server-offline', { offline: !byHand }))));
}

// ---- work lists ----------------------------------------------------------------------

const nameOf = (row, say) => row.name || row.ref || say('staff.dead.nobody');

function workList(view, { screen, total, thing, acts }) {
  const { state, say } = view;
  const more = total - state.rows.length;
  return h('section', { class: 'listing server' },
    header(say(`staff.${screen}.title`), state.rows.length > 0 && say(`staff.${screen}.why`), view),
    h('div', { class: 'scroll pane', tabindex: '0', 'data-key': 'rows' }, state.rows.length === 0
      ? h('p', { class: 'empty' }, say(`staff.${screen}.none`)) : h('ul', { class: 'things' }, state.rows.map(thing)),
    more > 0 && h('p', { class: 'empty' }, say('staff.dead.more', { count: more }))),
    acts);
}

export function conflicts(view) {
  const { state, say, act } = view;
  const side = (at, where) => ({ at, line: h('li', {}, h('span', {}, where), h('b', {}, say.when(at))) });
  const thing = (row) => {
    const there = dotted([row.theirs || say('staff.conflicts.there'), row.gate]);
    const sides = [side(row.ours_ms, say('staff.conflicts.here', { station: row.ours })), side(row.theirs_ms, there)].sort((a, b) => a.at - b.at);
    return h('li', { 'data-key': `conflict ${row.id}` },
      h('div', { class: 'head' }, h('b', {}, h('bdi', {}, nameOf(row, say)))),
      h('p', { class: 'more' }, dotted([row.list, row.ref])),
      h('ul', { class: 'sides' }, sides.map(({ line }) => line)),
      state.may.server && h('div', { class: 'acts' }, button(say('staff.conflicts.done'), 'main', () => act('conflict-done', { id: row.id }), { 'data-key': `done ${row.id}` })));
  };
  return workList(view, { screen: 'conflicts', total: state.server.conflicts, thing });
}

export function dead(view) {
  const { state, say, act } = view;
  const thing = (row) => h('li', { 'data-key': `dead ${row.id}` },
    h('div', { class: 'head' }, h('b', {}, h('bdi', {}, nameOf(row, say))), mark(say(`staff.dead.${row.what}`), 'stop', 'stop')),
    h('p', { class: 'more' }, dotted([say.when(row.at_ms), row.list, row.tries > 0 && say('staff.dead.tries', { count: row.tries })])),
    row.answer && h('p', { class: 'said' }, h('bdi', {}, `“${row.answer}”`)),
    state.may.server && h('div', { class: 'acts' }, button(say('staff.dead.retry'), '', () => act('outbox-retry', { id: row.id }), { 'data-key': `retry ${row.id}` })));
  return workList(view, { screen: 'dead', total: state.server.dead, thing,
    acts: state.rows.length > 1 && state.may.server && h('div', { class: 'acts' }, button(say('staff.dead.retry-all'), 'main', () => act('outbox-retry', { id: 0 }))) });
}

// ---- enrolment -----------------------------------------------------------------------

function codeField({ local, say, act, redraw }) {
  const send = (text) => text.trim() && act('enrol-code', { text });
  return h('div', { class: 'code' },
    field({ text: local.code, label: say('staff.enrol.field'), hint: say('staff.enrol.field'), max: CODE_MAX, whole: true,
      onText: (text) => { local.code = text; redraw(); }, onEnter: send }),
    button(say('staff.enrol.next'), 'main', () => send(local.code), { disabled: !local.code.trim() }));
}

function askCode(view, problem) {
  const { say } = view;
  const steps = ['step1', 'step2', 'step3'].map((step) => h('li', {}, h('span', {}, say(`staff.enrol.${step}`))));
  return [problem, h('ol', { class: 'steps' }, steps), codeField(view)];
}

// Whose server it is is read before anything is sent there.
function confirm({ state, say }) {
  const { enrol, server: { account, upload, link } } = state;
  const waiting = upload.waiting + upload.held;
  return [h('h2', {}, say('staff.enrol.confirm')),
    h('p', { class: 'whose' }, h('b', {}, h('bdi', {}, enrol.host)), h('span', {}, h('bdi', {}, enrol.url))),
    !enrol.secure && h('p', { class: 'advice stop' }, say('staff.enrol.insecure')),
    link !== 'none' && h('p', {}, say('staff.enrol.now', account)),
    link !== 'none' && waiting > 0 && h('p', { class: 'advice' }, say('staff.enrol.waiting', { count: waiting }))];
}

function confirmActs({ state, say, act }) {
  const { enrol, server: { account, upload, link } } = state;
  const waiting = link !== 'none' && upload.waiting + upload.held > 0;
  const sameServer = link === 'none' || account.url === enrol.url.replace(/\/+$/, '');
  return [(sameServer || !waiting) && button(say('staff.enrol.start'), 'main', () => act('enrol-start')),
    waiting && button(say('staff.enrol.start-leave'), '', () => act('enrol-start', { leave_behind: true })),
    button(say('staff.enrol.another'), '', () => act('enrol-back'))];
}

function connected({ state, say }) {
  const { account, copy_ms: copy } = state.server;
  return [h('p', {}, mark(say('staff.enrol.done'), 'ok', 'ok')),
    h('p', { class: 'whose' }, h('b', {}, h('bdi', {}, account.organizer)), h('span', {}, dotted([account.device, account.gate])), h('span', {}, h('bdi', {}, account.url))),
    trouble(state.server, say), load(state.server, say),
    h('p', {}, say(copy ? 'staff.enrol.ready' : 'staff.enrol.loading'))];
}

function refused({ server: { enrolment } }, say) {
  return h('p', { class: 'advice stop' }, say(`staff.enrol.failed.${enrolment.failure}`), enrolment.text && h('small', { lang: 'en' }, enrolment.text));
}

function enrolParts(view) {
  const { state, say, act } = view;
  const { enrol, server: { enrolment, copy_ms: copy } } = state;
  if (enrolment.state === 'asking') return [[h('h2', {}, say('staff.enrol.asking')), h('progress', { 'aria-label': say('staff.enrol.asking') })], []];
  if (enrol.url) return [confirm(view), confirmActs(view)];
  if (enrolment.state === 'done') return [connected(view), [copy && button(say('staff.enrol.role'), 'main', () => act('show', { screen: 'role' }))]];
  if (enrolment.state === 'refused') return [askCode(view, refused(state, say)), []];
  const problem = enrol.problem && h('p', { class: 'advice stop' }, say(`staff.enrol.problem.${enrol.problem}`));
  return [askCode(view, problem), []];
}

export function enrol(view) {
  const [parts, acts] = enrolParts(view);
  const buttons = acts.filter(Boolean);
  return h('section', { class: 'listing server enrol' }, header(view.say('staff.enrol.title'), null, view),
    h('div', { class: 'scroll pane', tabindex: '0' }, parts),
    buttons.length > 0 && h('div', { class: 'acts' }, buttons));
}
