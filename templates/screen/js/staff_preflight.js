// staff_preflight: every badge drawn before the event, and those that somebody should look
// at, by what is wrong with them. The run is the station's; a page shows it to whoever may.

import { dotted, draw, h } from './dom.js';

const button = (label, look, onclick, more = {}) => h('button', { type: 'button', class: look, onclick, ...more }, label);

function header(text, { say, act }) {
  return h('div', { class: 'card' }, button(draw('back'), '', () => act('show', { screen: 'printers' }), { 'aria-label': say('staff.back') }),
    h('h1', {}, say('staff.preflight.title')), text && h('p', {}, text));
}

const nameOf = (events, slug, say) => (slug ? events.find((event) => event.slug === slug)?.name ?? slug : say('staff.preflight.all'));

// ---- how far it is -----------------------------------------------------------------------

function progress({ state: { preflight: run, events }, say }) {
  const known = run.of > 0 && !run.event ? { max: run.of, value: Math.min(run.badges, run.of) } : {};
  const count = known.max ? say('staff.server.done-of', { done: run.badges, total: run.of }) : say('staff.preflight.done', { count: run.badges });
  return h('div', { class: 'load', 'data-key': 'load' },
    h('p', {}, h('span', {}, dotted([say('staff.preflight.going'), nameOf(events, run.event, say)])), h('span', {}, count)),
    h('progress', { 'aria-label': say('staff.preflight.going'), ...known }));
}

// What came of the last one, in a line; nothing while it goes or if there was none.
function summary({ state: { preflight: run, events }, say }) {
  if (run.state === 'idle') return say('staff.preflight.what');
  if (run.state === 'broken') return say('staff.preflight.broken', { text: run.text });
  const parts = [nameOf(events, run.event, say), run.ended_ms > 0 && say.when(run.ended_ms),
    run.state === 'stopped' && say('staff.preflight.stopped', { count: run.badges }),
    say('staff.preflight.flagged', { flagged: run.flagged, badges: run.badges })];
  return dotted(parts);
}

// ---- findings ----------------------------------------------------------------------------

function kinds({ state: { preflight: run }, say, act }) {
  return h('div', { class: 'kinds' }, run.findings.map(({ finding, count }) =>
    h('button', { type: 'button', 'data-key': finding, 'aria-pressed': String(finding === run.finding), onclick: () => act('preflight-look', { finding, page: 0 }) },
      h('span', {}, say(`staff.preflight.${finding}`)), h('span', { class: 'count' }, say.count(count)))));
}

// What is suspicious in a name has words of ours; all else are a design's or a program's.
function why(detail, finding, say) {
  const key = `staff.preflight.why.${detail.replaceAll(' ', '-')}`;
  const words = finding === 'name' && say(key);
  return words && words !== key ? h('p', { class: 'why' }, words) : h('p', { class: 'why', lang: 'en' }, h('bdi', {}, detail));
}

function badge(row, { state: { preflight: run }, say, act }) {
  const picture = row.picture && h('img', { src: `/api/staff/preflight/${run.run}/${row.number}`, alt: '', loading: 'lazy' });
  return h('li', { 'data-key': `finding ${run.run} ${row.number}` },
    picture || h('p', { class: 'none' }, say(row.ref ? 'staff.preflight.no-picture' : 'staff.preflight.no-badge')),
    h('div', { class: 'words' },
      h('b', {}, h('bdi', {}, row.name || row.ref || row.design)),
      row.detail && why(row.detail, run.finding, say),
      h('p', { class: 'more' }, dotted([row.ref, row.design])),
      row.ref && h('div', { class: 'acts' }, button(say('staff.problem.open'), '', () => act('open', { ref: row.ref }), { 'data-key': `open ${row.number}` }))));
}

function pager({ state: { preflight: run }, say, act }) {
  if (run.pages < 2) return null;
  const turn = (by) => () => act('preflight-look', { finding: run.finding, page: run.page + by });
  return h('div', { class: 'pager' },
    button(say('staff.preflight.before'), '', turn(-1), { 'data-key': 'before', disabled: run.page === 0 }),
    h('p', {}, say('staff.preflight.page', { page: run.page + 1, pages: run.pages })),
    button(say('staff.preflight.after'), '', turn(1), { 'data-key': 'after', disabled: run.page + 1 >= run.pages }));
}

function found(view) {
  const { state: { preflight: run }, say } = view;
  if (run.rows.length === 0) return run.state === 'done' && h('p', { class: 'empty' }, say('staff.preflight.none'));
  const kind = run.findings.find(({ finding }) => finding === run.finding);
  const unlisted = kind.count - kind.kept;
  return [kinds(view), h('p', { class: 'about' }, say(`staff.preflight.about.${run.finding}`)), h('ul', { class: 'badges' }, run.rows.map((row) => badge(row, view))), pager(view),
    unlisted > 0 && run.finding !== 'refused' && h('p', { class: 'empty' }, say('staff.preflight.unlisted', { count: unlisted })),
    h('p', { class: 'empty table' }, h('a', { href: '/api/staff/preflight/findings.csv', download: 'findings.csv' }, say('staff.preflight.table')), ' ',
      say('staff.preflight.command'))];
}

// ---- the whole ---------------------------------------------------------------------------

function starts({ state: { preflight: run, events }, say, act }) {
  const again = run.state === 'idle' ? 'start' : 'again';
  if (events.length === 0) return [h('p', { class: 'empty' }, say('staff.station.NO-ROSTER'))];
  if (events.length === 1) return [button(say(`staff.preflight.${again}`), 'main', () => act('preflight-start', { event: events[0].slug }), { 'data-key': 'start' })];
  return [button(say('staff.preflight.start-all'), 'main', () => act('preflight-start', { event: '' }), { 'data-key': 'start' })];
}

// With several events each can be looked at alone.
function eachEvent({ state: { events }, say, act }) {
  if (events.length < 2) return null;
  return h('div', { class: 'worklists' }, events.map(({ slug, name }) =>
    button(h('bdi', {}, say('staff.preflight.start-one', { event: name })), '', () => act('preflight-start', { event: slug }), { 'data-key': `start ${slug}` })));
}

export function preflight(view) {
  const { state: { preflight: run }, say, act } = view;
  const going = run.state === 'going';
  return h('section', { class: 'listing preflight' },
    header(going ? say('staff.preflight.by', { who: run.by.replace(/^staff:/, '') }) : summary(view), view),
    h('div', { class: 'scroll pane', tabindex: '0', 'data-key': 'rows' }, going && progress(view), !going && eachEvent(view), found(view)),
    h('div', { class: 'acts' }, going ? button(say('staff.preflight.stop'), '', () => act('preflight-stop'), { 'data-key': 'stop' }) : starts(view)));
}
