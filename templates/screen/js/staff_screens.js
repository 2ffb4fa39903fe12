// staff_screens: the staff's screens, each made from the state and what is being typed.
//
//     { state, local, language, say, act, seek, seekNow, redraw }
//     local: query, asking, reason text, role draft
//
// What is one guest's or one badge's has a data-key: see morph.js.

import { dotted, draw, h } from './dom.js';
import { field } from './field.js';
import { inLanguage, isWritten, nextOf } from './form.js';
import { keyboard } from './keyboard.js';

const button = (label, look, onclick, more = {}) => h('button', { type: 'button', class: look, onclick, ...more }, label);

const title = (text) => h('h1', { class: 'spoken' }, text);

function mark(text, tone, drawing) {
  return h('span', { class: `mark ${tone}` }, drawing && draw(drawing), text);
}

const keyWords = (say) => ({ clear: say('staff.clear'), space: say('staff.space'), erase: say('staff.delete'), keys: say('staff.find.title') });

const countryOf = (guest, language) => guest.country_names?.[language] ?? guest.country;

function presenceMark(row, say) {
  if (row.status !== 'paid') return mark(say(`staff.status.${row.status}`), 'stop', 'stop');
  if (row.badge === 'failed' || row.badge === 'uncertain') return mark(say(`staff.job.${row.badge}`), 'warn', 'warn');
  const when = row.last_at_ms ? ` ${say.when(row.last_at_ms)}` : '';
  return row.presence === 'inside' ? mark(say('staff.presence.inside') + when, 'ok', 'ok') : mark(say(`staff.presence.${row.presence}`) + when, '');
}

// ---- find --------------------------------------------------------------------------

function foundRow(row, { language, say, act }) {
  const latin = row.name_latin && row.name_latin !== row.name ? h('small', {}, '  ', h('bdi', {}, row.name_latin)) : null;
  return h('li', { 'data-key': row.ref }, h('button', { type: 'button', 'data-key': row.ref, onclick: () => act('open', { ref: row.ref }) },
    h('span', { class: 'name' }, h('bdi', {}, row.name), latin), presenceMark(row, say),
    h('span', { class: 'more' }, row.organisation && h('bdi', { class: 'from' }, row.organisation),
      h('span', { class: 'rest' }, dotted([countryOf(row, language), say.kind(row.kind), row.order])))));
}

function lastScan({ state, say, act }) {
  const { last } = state;
  return h('li', { 'data-key': `last ${last.ref}` }, h('button', { type: 'button', class: 'last', 'data-key': last.ref, onclick: () => act('open', { ref: last.ref }) },
    h('span', { class: 'name' }, h('bdi', {}, last.name)), mark(say(`verdict.${last.verdict}`), ''),
    h('span', { class: 'more' }, `${say('staff.find.last')} · ${say.when(last.at_ms)}`)));
}

// The last scan stands there while nothing is sought, and again once somebody scans.
function findRows(view) {
  const { state, local } = view;
  const rows = local.query ? state.rows.map((row) => foundRow(row, view)) : [];
  const scanned = state.last && (!local.query || state.last.at_ms !== local.scan);
  return scanned ? [lastScan(view), ...rows] : rows;
}

export function find(view) {
  const { state, local, say } = view;
  const typed = local.query;
  const nobody = typed && state.query === typed && state.rows.length === 0;
  return h('section', { class: 'find' }, title(say('staff.find.title')),
    h('div', { class: 'query' }, draw('find'),
      field({ text: typed, label: say('staff.find.title'), hint: say('staff.find.hint'), onText: view.seek, onEnter: view.seekNow })),
    h('div', { class: 'scroll', tabindex: '0' },
      nobody && h('p', { class: 'empty' }, say('staff.find.none', { query: typed })),
      !typed && !state.last && h('p', { class: 'empty' }, say('staff.find.empty')),
      h('ul', { class: 'rows' }, findRows(view)),
      typed && state.more ? h('p', { class: 'empty' }, say('staff.find.more', { count: state.rows.length })) : null),
    keyboard(keyWords(say)));
}

// ---- one guest -----------------------------------------------------------------------

function fields(guest, { language, say }) {
  const rows = [['status', say(`staff.status.${guest.status}`)], ['kind', say.kind(guest.kind)], ['country', countryOf(guest, language)],
    ['order', guest.order], ['seat', guest.seat], ['ref', guest.ref]];
  return h('dl', { class: 'fields' }, rows.filter(([, value]) => value)
    .map(([key, value]) => h('div', {}, h('dt', {}, say(`staff.guest.${key}`)), h('dd', {}, h('bdi', {}, value)))));
}

const by = (who, say) => (who ? say('staff.by', { who: who.replace(/^staff:/, '') }) : '');

function historyLines(guest, say) {
  const line = (row) => {
    const what = row.kind === 'refused' ? say('staff.refused', { verdict: say(`verdict.${row.verdict}`) }) : say(`staff.${row.kind}`);
    const more = dotted([row.list, row.gate, say('staff.station', { station: row.station }), by(row.who, say), row.reason]);
    return h('li', {}, h('b', {}, what), h('span', {}, say.when(row.at_ms)), h('span', { class: 'more' }, more));
  };
  return h('section', {}, h('h2', {}, say('staff.guest.history')),
    guest.history.length ? h('ul', { class: 'lines' }, guest.history.map(line)) : h('p', { class: 'empty' }, say('staff.guest.history-none')));
}

const jobTone = { printed: 'ok', failed: 'stop', uncertain: 'warn', unknown: 'warn' };

// A badge that was replaced is void, whatever came of its printing.
function badgeMark(job, say) {
  if (job.replaced_by) return mark(say('staff.job.replaced', { issue: job.replaced_by }), 'stop', 'stop');
  return mark(say(`staff.job.${job.state}`), jobTone[job.state] ?? '', job.state === 'printed' && 'ok');
}

function badgeLines(guest, say) {
  const line = (job) => {
    const wasPrinted = job.replaced_by && job.state === 'printed' ? say('staff.job.printed') : '';
    const evidence = job.state === 'printed' ? say(`staff.evidence.${job.evidence}`) : '';
    const cause = job.cause && job.cause !== 'first' ? say.orKey('staff.reason', job.cause) : '';
    return h('li', { 'data-key': `job ${job.job}`, class: job.replaced_by || job.state === 'void' ? 'gone' : 'valid' },
      h('b', {}, `${say('staff.issue', { issue: job.issue })} · ${job.station}`), badgeMark(job, say),
      h('span', { class: 'more' }, dotted([cause, by(job.who, say), say.when(job.changed_ms), wasPrinted, evidence, job.printer, job.why])));
  };
  const newestFirst = [...guest.jobs].sort((a, b) => b.issue - a.issue);
  return h('section', {}, h('h2', {}, say('staff.guest.badges')),
    newestFirst.length ? h('ul', { class: 'lines' }, newestFirst.map(line)) : h('p', { class: 'empty' }, say('staff.guest.badges-none')));
}

function askReason(view) {
  const { state, local, say, act, redraw } = view;
  const ref = state.guest.ref;
  const close = () => { local.asking = ''; redraw(); };
  const reprint = () => { if (!local.text.trim()) return; close(); act('reprint', { ref, reason: 'other', text: local.text }); };
  if (local.asking === 'text') {
    return h('div', { class: 'ask', 'data-key': 'text' }, h('div', { class: 'wide' }, h('h2', {}, say('staff.reason.text')),
      field({ text: local.text, label: say('staff.reason.text'), onText: (text) => { local.text = text; redraw(); }, onEnter: reprint }), keyboard(keyWords(say)),
      h('div', { class: 'acts' }, button(say('staff.back'), '', close),
        button(say('staff.guest.reprint'), 'main', reprint, { disabled: !local.text.trim() }))));
  }
  const reason = ({ key, wants_text: wantsText }) => button(say(`staff.reason.${key}`), '', () => {
    if (wantsText) { local.asking = 'text'; local.text = ''; redraw(); return; }
    close();
    act('reprint', { ref, reason: key });
  });
  return h('div', { class: 'ask', 'data-key': 'reason' }, h('div', {}, h('h2', {}, say('staff.guest.reprint-why')), state.reasons.map(reason),
    button(say('staff.back'), '', close)));
}

// Words that an act wants, on a sheet over the screen.
function askWords(view, { key, heading, go, accept }) {
  const { local, say, redraw } = view;
  const close = () => { local.asking = ''; local.text = ''; redraw(); };
  const take = () => { if (!local.text.trim()) return; const { text } = local; close(); accept(text); };
  return h('div', { class: 'ask', 'data-key': key }, h('div', { class: 'wide' }, h('h2', {}, heading),
    field({ text: local.text, label: heading, onText: (text) => { local.text = text; redraw(); }, onEnter: take }), keyboard(keyWords(say)),
    h('div', { class: 'acts' }, button(say('staff.back'), '', close), button(go, 'main', take, { disabled: !local.text.trim() }))));
}

// What the organiser wants to know of this guest, one after the other.
function askQuestion(view, last) {
  const { local, language, say, act, redraw } = view;
  const question = nextOf(last.questions);
  const heading = inLanguage(question.text, language);
  const answer = (text) => { local.chosen = []; act('answer', { scan: last.scan, question: question.id, text }); };
  if (isWritten([question])) return askWords(view, { key: `question ${question.id}`, heading, go: say('questions.ok'), accept: (text) => { answer(text); local.asking = 'answer'; } });
  const several = question.type === 'M';
  const chosen = local.chosen ?? [];
  const pick = (id) => () => {
    if (!several) { answer(id); return; }
    local.chosen = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
    redraw();
  };
  const options = question.type === 'B' ? [['True', say('questions.yes')], ['False', say('questions.no')]]
    : (question.options ?? []).map((one) => [String(one.id), inLanguage(one.text, language)]);
  return h('div', { class: 'ask', 'data-key': `question ${question.id}` }, h('div', {}, h('h2', {}, heading),
    options.map(([id, text]) => button(text, several && chosen.includes(id) ? 'main' : '', pick(id), several ? { 'aria-pressed': String(chosen.includes(id)) } : {})),
    several && button(say('questions.ok'), 'main', () => answer(chosen.join(','))),
    !question.required && button(say('questions.skip'), '', () => answer('')),
    button(say('staff.back'), '', () => { local.asking = ''; redraw(); })));
}

const noteLines = (last, say) => (last?.notes || last?.attention || last?.alert
  ? h('section', {}, h('h2', {}, say('staff.guest.notes')), last.alert && h('p', {}, mark(last.alert, 'warn', 'warn')), last.attention && h('p', {}, mark(say('staff.attention'), 'warn', 'warn')),
    h('ul', { class: 'lines' }, (last.notes ?? '').split('\n').filter(Boolean).map((line) => h('li', {}, h('b', {}, line))))) : null);

function sheet(view, last) {
  const { state, local, say, act } = view;
  if (local.asking === 'let-in') return askWords(view, { key: 'let-in', heading: say('staff.guest.let-in-why'), go: say('staff.guest.let-in'), accept: (text) => act('let-in', { ref: state.guest.ref, text }) });
  if (local.asking === 'answer') return last?.questions?.length ? askQuestion(view, last) : null;
  return local.asking ? askReason(view) : null;
}

export function guest(view) {
  const { state, local, say, act, redraw } = view;
  const person = state.guest;
  const last = state.last?.ref === person.ref ? state.last : null;
  const open = (asking) => () => { local.asking = asking; local.text = ''; redraw(); };
  const latin = person.name_latin !== person.name ? person.name_latin : '';
  return h('section', { class: 'guest' },
    h('div', { class: 'card' }, button(draw('back'), '', () => act('show', { screen: 'find' }), { 'aria-label': say('staff.back') }),
      h('h1', {}, h('bdi', {}, person.name)), presenceMark(person, say), h('p', {}, dotted([latin, person.organisation]))),
    h('div', { class: 'pane scroll', tabindex: '0' }, fields(person, view), noteLines(last, say), historyLines(person, say), badgeLines(person, say)),
    h('div', { class: 'acts' },
      state.may.admit && button(say('staff.guest.admit'), 'main', () => act('admit', { ref: person.ref })),
      last?.questions?.length > 0 && state.may.admit && button(say('staff.guest.answer'), 'main', open('answer')),
      last?.may_let_in && state.may.reprint && button(say('staff.guest.let-in'), '', open('let-in')),
      state.may.reprint && button(say('staff.guest.reprint'), '', () => { local.asking = 'reason'; redraw(); })),
    sheet(view, last));
}

// ---- role ------------------------------------------------------------------------------

const same = (a, b) => a.event === b.event && a.list === b.list;

export function role(view) {
  const { state, local, say, act, redraw } = view;
  local.role ??= { lists: state.role.lists.map(({ event, list }) => ({ event, list })), direction: state.role.direction, work: state.role.work };
  const draft = local.role;
  const may = state.may.role;
  const toggle = (choice) => {
    const { event, list } = choice;
    const others = draft.lists.filter((chosen) => chosen.event !== event);
    draft.lists = draft.lists.some((chosen) => same(chosen, choice)) ? others : [...others, { event, list }];
    redraw();
  };
  const list = (choice) => {
    const on = draft.lists.some((chosen) => same(chosen, choice));
    const more = [choice.place, choice.starts_ms ? say.when(choice.starts_ms) : ''].filter(Boolean).join(' · ');
    return h('button', { type: 'button', 'data-key': `${choice.event}/${choice.list}`, 'aria-pressed': String(on), disabled: !may, onclick: () => toggle(choice) },
      h('span', { class: 'box' }, on && draw('ok')), h('span', {}, choice.name || choice.list, more && h('small', {}, more)));
  };
  const pick = (part, values) => h('div', { class: 'choices' }, values.map((value) =>
    h('button', { type: 'button', 'aria-pressed': String(draft[part] === value), disabled: !may, onclick: () => { draft[part] = value; redraw(); } },
      say(`staff.role.${value}`))));
  return h('section', { class: 'two-rows' },
    h('div', { class: 'pane scroll', tabindex: '0' }, title(say('staff.nav.role')),
      h('div', { class: 'parts' },
        h('section', {}, h('h2', {}, say('staff.role.direction')), pick('direction', ['entry', 'exit', 'ask'])),
        h('section', {}, h('h2', {}, say('staff.role.work')), pick('work', ['admit-print', 'admit-only', 'print-only']))),
      h('h2', {}, say('staff.role.lists')),
      state.choices.length ? h('div', { class: 'choices lists' }, state.choices.map(list)) : h('p', { class: 'empty' }, say('staff.role.empty'))),
    may && h('div', { class: 'acts' }, button(say('staff.role.save'), 'main', () => { local.role = undefined; act('role', draft); }),
      button(say('staff.role.clear'), '', () => { local.role = undefined; act('role-clear'); }),
      state.may.enrol && button(say('staff.key.wait'), '', () => act('key-wait'))));
}

// ---- printers and problems -----------------------------------------------------------------

const healthTone = { ready: ['ok', 'ok'], printing: ['ok', 'ok'], trouble: ['warn', 'warn'], unreachable: ['stop', 'stop'], drained: ['', 'stop'] };

export function printers({ state, say, act }) {
  const thing = (printer) => h('li', { 'data-key': `printer ${printer.number}` },
    h('div', { class: 'head' }, h('b', {}, printer.name), mark(say(`staff.printer.${printer.health}`), ...healthTone[printer.health])),
    printer.problem && h('p', { class: 'advice' }, say(`staff.printer.problem.${printer.problem}`, { queue: printer.queue })),
    printer.text && h('p', { class: 'more' }, printer.text),
    printer.next_try_ms && h('p', { class: 'more' }, say('staff.printer.next-try', { time: say.when(printer.next_try_ms) })),
    h('p', { class: 'more' }, say('staff.printer.count', { count: printer.printed })),
    h('div', { class: 'acts' }, button(say('staff.printer.test'), '', () => act('test', { number: printer.number })),
      printer.health === 'drained'
        ? button(say('staff.printer.take'), 'main', () => act('drain', { number: printer.number, drained: false }))
        : button(say('staff.printer.drain'), '', () => act('drain', { number: printer.number, drained: true }))));
  return h('section', { class: 'pane scroll', tabindex: '0' }, title(say('staff.nav.printers')), state.printers.length
    ? h('ul', { class: 'things' }, state.printers.map(thing)) : h('p', { class: 'empty' }, say('staff.printer.none')));
}

export function problems({ state, say, act }) {
  const thing = (job) => h('li', { 'data-key': `job ${job.job} ${job.issue}` },
    h('div', { class: 'head' }, h('b', {}, h('bdi', {}, job.name || job.ref)), mark(say(`staff.job.${job.state}`), jobTone[job.state] ?? '', job.state === 'failed' ? 'stop' : 'warn')),
    h('p', { class: 'more' }, dotted([say.when(job.changed_ms), say('staff.issue', { issue: job.issue }), job.printer, job.why])),
    h('div', { class: 'acts' },
      job.state === 'uncertain' && button(say('staff.problem.yes'), 'main', () => act('said', { job: job.job, came_out: true })),
      job.state === 'uncertain' && button(say('staff.problem.no'), '', () => act('said', { job: job.job, came_out: false })),
      job.state === 'failed' && state.may.reprint && button(say('staff.problem.retry'), 'main', () => act('retry', { job: job.job }))));
  const misfit = (badge) => h('li', { 'data-key': `misfit ${badge.job} ${badge.at_ms}` },
    h('div', { class: 'head' }, h('b', {}, badge.ref), mark(say('staff.problem.misfit'), 'warn', 'warn')),
    h('p', { class: 'more' }, dotted([say.when(badge.at_ms), badge.slots])),
    h('div', { class: 'acts' }, button(say('staff.problem.open'), '', () => act('open', { ref: badge.ref }))));
  const things = [...state.problems.map(thing), ...(state.misfits ?? []).map(misfit)];
  return h('section', { class: 'pane scroll', tabindex: '0' }, title(say('staff.nav.problems')), things.length
    ? h('ul', { class: 'things' }, things) : h('p', { class: 'empty' }, say('staff.problem.none')));
}
