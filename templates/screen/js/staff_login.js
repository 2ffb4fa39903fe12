// staff_login: who are you, and your PIN. Digits are never shown, kept or logged.

import { draw, h } from './dom.js';
import { listenToKeys } from './keyboard.js';
import { answer } from './stream.js';

const DIGITS_MAX = 12;
const IDLE_MS = 60000;

// Calls onIn when a session is open, onAway when nobody does anything for a minute.
export function showLogin(main, people, say, { onIn, onAway }) {
  let person = people.length === 1 ? people[0] : '';
  let digits = '';
  let problem = '';
  let busy = false;
  let stopKeys = () => {};
  let idle;

  const touched = () => { clearTimeout(idle); idle = setTimeout(leave, IDLE_MS); };
  function leave() { stopKeys(); clearTimeout(idle); onAway(); }

  function change(edit) {
    touched();
    digits = edit(digits).slice(0, DIGITS_MAX);
    problem = '';
    render();
  }

  function problemOf(reply) {
    const { outcome, wait_ms: wait = 0 } = reply.body;
    if (outcome === 'locked') return say('staff.pin-locked');
    if (outcome === 'busy') return say('staff.busy');
    if (wait > 0) return say('staff.pin-wait', { seconds: Math.ceil(wait / 1000) });
    return outcome === 'wrong' ? say('staff.pin-wrong') : say('staff.pin-failed');
  }

  async function enter() {
    if (busy || digits === '') return;
    busy = true;
    touched();
    const reply = await answer('/api/staff/login', {}, { name: person, pin: digits });
    busy = false;
    digits = '';
    if (reply.ok) {
      stopKeys();
      clearTimeout(idle);
      onIn();
      return;
    }
    problem = problemOf(reply);
    render();
  }

  function choosePerson() {
    const button = (name) => h('button', { type: 'button', onclick: () => { person = name; touched(); render(); } }, name);
    return h('section', { class: 'login' }, h('h1', {}, say('staff.who')), h('div', { class: 'people' }, people.map(button)),
      h('button', { type: 'button', onclick: leave }, draw('leave'), say('staff.leave')));
  }

  function enterPin() {
    const key = (digit) => h('button', { type: 'button', onclick: () => change((text) => text + digit) }, digit);
    const back = h('button', { type: 'button', class: 'word', onclick: people.length > 1 ? () => { person = ''; digits = ''; problem = ''; render(); } : leave }, say('staff.back'));
    const dots = Array.from({ length: Math.max(4, digits.length) }, (_, i) => h('i', { class: i < digits.length ? 'on' : '' }));
    return h('section', { class: 'login' },
      h('h1', {}, `${person} · ${say('staff.pin')}`),
      h('div', { class: 'dots', role: 'img', 'aria-label': say('staff.pin-hidden', { count: digits.length }) }, dots),
      h('p', { class: 'problem', role: 'alert' }, problem),
      h('div', { class: 'pad' }, [...'123456789'].map(key), back, key('0'),
        h('button', { type: 'button', class: 'word main', onclick: enter }, say('staff.enter'))));
  }

  function render() {
    const none = h('section', { class: 'login' }, h('p', { class: 'empty' }, say('staff.pin-none')),
      h('button', { type: 'button', onclick: leave }, draw('leave'), say('staff.leave')));
    main.replaceChildren(people.length === 0 ? none : person ? enterPin() : choosePerson());
  }

  stopKeys = listenToKeys((edit) => person && change(edit), { digitsOnly: true, onEnter: enter });
  touched();
  render();
  return render;
}
