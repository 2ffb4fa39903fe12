// staff_login: who are you, and your PIN. Digits are never shown, kept or logged.

import { draw, h } from './dom.js';
import { listenToDigits } from './keyboard.js';
import { paint } from './morph.js';
import { answer } from './stream.js';

const DIGITS_MAX = 12;
const IDLE_MS = 60000;

// Calls onIn when a session is open, onAway when nobody does anything for a minute.
export function showLogin(main, people, say, { onIn, onAway }) {
  let person = people.length === 1 ? people[0] : '';
  let digits = '';
  let problem = '';
  let waitUntil = 0; // performance.now() before which no PIN is tried
  let busy = false;
  let stopKeys = () => {};
  let idle;

  const touched = () => { clearTimeout(idle); idle = setTimeout(leave, IDLE_MS); };
  function stop() { stopKeys(); clearTimeout(idle); clearInterval(counting); }
  function leave() { stop(); onAway(); }
  const waiting = () => Math.ceil(Math.max(0, waitUntil - performance.now()) / 1000);

  function change(edit) {
    touched();
    if (waiting()) return;
    digits = edit(digits).slice(0, DIGITS_MAX);
    problem = '';
    render();
  }

  function problemOf({ outcome }) {
    const known = { locked: 'staff.pin-locked', busy: 'staff.busy', wrong: 'staff.pin-wrong', wait: '' }[outcome] ?? 'staff.pin-failed';
    return known && say(known);
  }

  async function enter() {
    if (busy || digits === '' || waiting()) return;
    busy = true;
    touched();
    const reply = await answer('/api/staff/login', {}, { name: person, pin: digits });
    busy = false;
    digits = '';
    if (reply.ok) {
      stop();
      onIn();
      return;
    }
    problem = problemOf(reply.body);
    waitUntil = performance.now() + (reply.body.wait_ms ?? 0);
    render();
  }

  function choosePerson() {
    const button = (name) => h('button', { type: 'button', onclick: () => { person = name; problem = ''; touched(); render(); } }, h('bdi', {}, name));
    return h('section', { class: 'login', 'data-key': 'who' }, h('h1', {}, say('staff.who')), h('div', { class: 'people' }, people.map(button)),
      h('button', { type: 'button', onclick: leave }, draw('leave'), say('staff.leave')));
  }

  function enterPin() {
    const seconds = waiting();
    const key = (digit) => h('button', { type: 'button', disabled: seconds > 0, onclick: () => change((text) => text + digit) }, digit);
    const back = h('button', { type: 'button', class: 'word', onclick: people.length > 1 ? () => { person = ''; digits = ''; problem = ''; render(); } : leave }, say('staff.back'));
    const dots = Array.from({ length: Math.max(4, digits.length) }, (_, i) => h('i', { class: i < digits.length ? 'on' : '' }));
    const wait = seconds > 0 ? say('staff.pin-wait', { seconds }) : '';
    return h('section', { class: 'login', 'data-key': 'pin' },
      h('h1', {}, h('bdi', {}, person), ` · ${say('staff.pin')}`),
      h('div', { class: 'dots', role: 'img', 'aria-label': say('staff.pin-hidden', { count: digits.length }) }, dots),
      h('p', { class: 'problem', role: 'alert' }, [problem, wait].filter(Boolean).map((line) => h('span', {}, line))),
      h('div', { class: 'pad' }, [...'123456789'].map(key), back, key('0'),
        h('button', { type: 'button', class: 'word main', disabled: seconds > 0, onclick: enter }, say('staff.enter'))));
  }

  function render() {
    const none = h('section', { class: 'login' }, h('p', { class: 'empty' }, say('staff.pin-none')),
      h('button', { type: 'button', onclick: leave }, draw('leave'), say('staff.leave')));
    paint(main, people.length === 0 ? none : person ? enterPin() : choosePerson());
  }

  stopKeys = listenToDigits((edit) => person && change(edit), enter);
  const counting = setInterval(() => { if (waitUntil && person) { render(); if (!waiting()) waitUntil = 0; } }, 250);
  touched();
  render();
  return render;
}
