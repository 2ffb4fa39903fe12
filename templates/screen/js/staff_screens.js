// staff_screens: the staff's screens, each made from the state and what is being typed.
//
//     { state, local, say, act, redraw }   local: query, asking, reason text, role draft

import { draw, h } from './dom.js';
import { keyboard } from './keyboard.js';

const button = (label, look, onclick, more = {}) => h('button', { type: 'button', class: look, onclick, ...more }, label);

const title = (text) => h('h1', { class: 'spoken' }, text);

function mark(text, tone, drawing) {
  return h('span', { class: `mark ${tone}` }, drawing && draw(drawing), text);
}

const keyWords = (say) => ({ clear: say('staff.clear'), space: say('staff.space'), erase: say('staff.delete'), keys: say('staff.find.title') });

function presenceMark(row, say) {
  if (row.status !== 'paid') return mark(say(`staff.status.${row.status}`), 'stop', 'stop');
  if (row.badge === 'failed' || row.badge === 'uncertain') return mark(say(`staff.job.${row.badge}`), 'warn', 'warn');
  return row.presence === 'inside' ? mark(say('staff.presence.inside'), 'ok', 'ok') : mark(say(`staff.presence.${row.presence}`), '');
}

// ---- find --------------------------------------------------------------------------

function foundRow(row, { say, act }) {
  const more = [row.organisation, row.country, say.kind(row.kind), row.order].filter(Boolean).join(' · ');
  return h('li', {}, h('button', { type: 'button', onclick: () => act('open', { ref: row.ref }) },
    h('span', { class: 'name' }, row.name, row.name_latin && row.name_latin !== row.name ? h('small', {}, `  ${row.name_latin}`) : ''),
    presenceMark(row, say), h('span', { class: 'more' }, more)));
}

function lastScan({ state, say, act }) {
  if (!state.last) return null;
  return h('li', {}, h('button', { type: 'button', onclick: () => act('open', { ref: state.last.ref }) },
    h('span', { class: 'name' }, state.last.name), mark(say(`verdict.${state.last.verdict}`), ''),
    h('span', { class: 'more' }, `${say('staff.find.last')} · ${say.when(state.last.at_ms)}`)));
}

export function find(view) {
  const { state, local, say } = view;
  const typed = local.query;
  const rows = typed ? state.rows : [];
  const nobody = typed && state.query === typed && rows.length === 0;
  const list = rows.length ? rows.map((row) => foundRow(row, view)) : [lastScan(view)];
  return h('section', { class: 'find' }, title(say('staff.find.title')),
    h('div', { class: 'query' },
      h('div', { class: 'field', role: 'textbox', 'aria-label': say('staff.find.title'), 'aria-readonly': 'true', tabindex: '0' },
        typed ? [typed, h('span', { class: 'caret' })] : h('span', { class: 'hint' }, say('staff.find.hint')))),
    h('div', { class: 'scroll', tabindex: '0' },
      nobody && h('p', { class: 'empty' }, say('staff.find.none', { query: typed })),
      !typed && !state.last && h('p', { class: 'empty' }, say('staff.find.empty')),
      h('ul', { class: 'rows' }, list),
      state.more && rows.length ? h('p', { class: 'empty' }, say('staff.find.more', { count: rows.length })) : null),
    keyboard(keyWords(say), view.type));
}

// ---- one guest -----------------------------------------------------------------------

function fields(guest, say) {
  const rows = [['status', say(`staff.status.${guest.status}`)], ['kind', say.kind(guest.kind)], ['country', guest.country],
    ['order', guest.order], ['seat', guest.seat], ['ref', guest.ref]];
  return h('dl', { class: 'fields' }, rows.filter(([, value]) => value)
    .map(([key, value]) => h('div', {}, h('dt', {}, say(`staff.guest.${key}`)), h('dd', {}, value))));
}

const by = (who, say) => (who ? say('staff.by', { who: who.replace(/^staff:/, '') }) : '');

function historyLines(guest, say) {
  const line = (row) => {
    const what = row.kind === 'refused' ? say('staff.refused', { verdict: say(`verdict.${row.verdict}`) }) : say(`staff.${row.kind}`);
    const more = [row.list, say('staff.station', { station: row.station }), by(row.who, say), row.reason].filter(Boolean).join(' · ');
    return h('li', {}, h('b', {}, what), h('span', {}, say.when(row.at_ms)), h('span', { class: 'more' }, more));
  };
  return h('section', {}, h('h2', {}, say('staff.guest.history')),
    guest.history.length ? h('ul', { class: 'lines' }, guest.history.map(line)) : h('p', { class: 'empty' }, say('staff.guest.history-none')));
}

const jobTone = { printed: 'ok', failed: 'stop', uncertain: 'warn', unknown: 'warn' };

function badgeLines(guest, say) {
  const line = (job) => {
    const evidence = job.state === 'printed' ? say(`staff.evidence.${job.evidence}`) : '';
    const cause = job.cause && job.cause !== 'first' ? say.orKey('staff.reason', job.cause) : '';
    const more = [say.when(job.changed_ms), evidence, job.printer, cause, job.why, by(job.who, say)].filter(Boolean).join(' · ');
    return h('li', {}, h('b', {}, `${say('staff.issue', { issue: job.issue })} · ${job.station}`),
      mark(say(`staff.job.${job.state}`), jobTone[job.state] ?? ''), h('span', { class: 'more' }, more));
  };
  return h('section', {}, h('h2', {}, say('staff.guest.badges')),
    guest.jobs.length ? h('ul', { class: 'lines' }, guest.jobs.map(line)) : h('p', { class: 'empty' }, say('staff.guest.badges-none')));
}

function askReason(view) {
  const { state, local, say, act, redraw } = view;
  const ref = state.guest.ref;
  const close = () => { local.asking = ''; redraw(); };
  if (local.asking === 'text') {
    return h('div', { class: 'ask' }, h('div', { class: 'wide' }, h('h2', {}, say('staff.reason.text')),
      h('div', { class: 'field' }, local.text, h('span', { class: 'caret' })), keyboard(keyWords(say), view.type),
      h('div', { class: 'acts' }, button(say('staff.back'), '', close),
        button(say('staff.guest.reprint'), 'main', () => { close(); act('reprint', { ref, reason: 'other', text: local.text }); }))));
  }
  const reason = ({ key, wants_text: wantsText }) => button(say(`staff.reason.${key}`), '', () => {
    if (wantsText) { local.asking = 'text'; local.text = ''; redraw(); return; }
    close();
    act('reprint', { ref, reason: key });
  });
  return h('div', { class: 'ask' }, h('div', {}, h('h2', {}, say('staff.guest.reprint-why')), state.reasons.map(reason),
    button(say('staff.back'), '', close)));
}

export function guest(view) {
  const { state, local, say, act, redraw } = view;
  const person = state.guest;
  const latin = person.name_latin !== person.name ? person.name_latin : '';
  return h('section', { class: 'guest' },
    h('div', { class: 'card' }, button(draw('back'), '', () => act('show', { screen: 'find' }), { 'aria-label': say('staff.back') }),
      h('h1', {}, person.name), presenceMark(person, say), h('p', {}, [latin, person.organisation].filter(Boolean).join(' · '))),
    h('div', { class: 'pane scroll', tabindex: '0' }, fields(person, say), historyLines(person, say), badgeLines(person, say)),
    h('div', { class: 'acts' },
      state.may.admit && button(say('staff.guest.admit'), 'main', () => act('admit', { ref: person.ref })),
      state.may.reprint && button(say('staff.guest.reprint'), '', () => { local.asking = 'reason'; redraw(); })),
    local.asking ? askReason(view) : null);
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
    return h('button', { type: 'button', 'aria-pressed': String(on), disabled: !may, onclick: () => toggle(choice) },
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
      button(say('staff.role.clear'), '', () => { local.role = undefined; act('role-clear'); })));
}

// ---- printers and problems -----------------------------------------------------------------

const healthTone = { ready: ['ok', 'ok'], printing: ['ok', 'ok'], trouble: ['warn', 'warn'], unreachable: ['stop', 'stop'], drained: ['', 'stop'] };

export function printers({ state, say, act }) {
  const thing = (printer) => h('li', {},
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
  const thing = (job) => h('li', {},
    h('div', { class: 'head' }, h('b', {}, job.name || job.ref), mark(say(`staff.job.${job.state}`), jobTone[job.state] ?? '', job.state === 'failed' ? 'stop' : 'warn')),
    h('p', { class: 'more' }, [say.when(job.changed_ms), say('staff.issue', { issue: job.issue }), job.printer, job.why].filter(Boolean).join(' · ')),
    h('div', { class: 'acts' },
      job.state === 'uncertain' && button(say('staff.problem.yes'), 'main', () => act('said', { job: job.job, came_out: true })),
      job.state === 'uncertain' && button(say('staff.problem.no'), '', () => act('said', { job: job.job, came_out: false })),
      job.state === 'failed' && state.may.reprint && button(say('staff.problem.retry'), 'main', () => act('retry', { job: job.job }))));
  return h('section', { class: 'pane scroll', tabindex: '0' }, title(say('staff.nav.problems')), state.problems.length
    ? h('ul', { class: 'things' }, state.problems.map(thing)) : h('p', { class: 'empty' }, say('staff.problem.none')));
}
