// form: an organiser's question, asked where the guest stands. One at a time: each answer
// goes to the daemon at once, which says what is still to be asked.
//
//     yes or no, one of several    a button each
//     several of several           buttons that stay down, then "continue"
//     a file                       the help desk
//     anything else                a line to write in, with keys

import { h } from './dom.js';
import { field } from './field.js';
import { keyboard } from './keyboard.js';

// What is being written or chosen here for the question that is asked.
let local = { question: 0, text: '', chosen: [] };

export function forget() {
  local = { question: 0, text: '', chosen: [] };
}

// Of a text in several languages: that one, else English, else any.
export function inLanguage(texts, code) {
  if (typeof texts !== 'object' || texts === null) return String(texts ?? '');
  const wanted = code.toLowerCase();
  const name = Object.keys(texts).find((key) => key.toLowerCase() === wanted)
    ?? Object.keys(texts).find((key) => key.split('-')[0].toLowerCase() === wanted.split('-')[0]);
  return texts[name] ?? texts.en ?? Object.values(texts)[0] ?? '';
}

// In each language shown, once.
function own(texts, show) {
  const said = show.map((code) => ({ code, text: inLanguage(texts, code) })).filter(({ text }) => text);
  return said.filter(({ text }, i) => i === 0 || text !== said[0].text)
    .map(({ code, text }, i) => h('span', { class: i === 0 ? 'first' : 'second', lang: code, dir: 'auto' }, text));
}

// A question whose parent is still to be asked waits for it.
export function nextOf(questions) {
  const ids = new Set(questions.map(({ id }) => id));
  return questions.find(({ parent }) => !ids.has(parent)) ?? questions[0];
}

const pressed = ['B', 'C', 'M', 'F'];
// True if it takes keys, and so the whole screen.
export const isWritten = (questions) => !pressed.includes(nextOf(questions).type);

export function form({ state, words, post, name, desk }) {
  const question = nextOf(state.questions);
  if (local.question !== question.id) local = { question: question.id, text: '', chosen: [] };
  const answer = (text) => post('/api/guest/answer', { question: question.id, text });
  const choice = (content, look, onclick, more = {}) => h('button', { type: 'button', class: look, onclick, ...more }, h('span', { class: 'words' }, content));
  const option = (one) => choice(own(one.text, state.show), 'plain', () => answer(String(one.id)), { 'data-key': `option ${one.id}` });
  const toggle = (one) => choice(own(one.text, state.show), 'plain', ({ currentTarget }) => {
    const id = String(one.id);
    local.chosen = local.chosen.includes(id) ? local.chosen.filter((other) => other !== id) : [...local.chosen, id];
    currentTarget.setAttribute('aria-pressed', String(local.chosen.includes(id)));
  }, { 'data-key': `option ${one.id}`, 'aria-pressed': String(local.chosen.includes(String(one.id))) });
  const next = (text) => choice(words('questions.ok'), 'main', () => answer(text()), { 'data-key': 'ok' });
  const skip = !question.required && choice(words('questions.skip'), 'plain', () => answer(''), { 'data-key': 'skip' });
  const label = inLanguage(question.text, state.show[0]);

  const ways = {
    B: () => [h('div', { class: 'buttons pair' }, choice(words('questions.yes'), 'main', () => answer('True')), choice(words('questions.no'), 'plain', () => answer('False'))),
      h('div', { class: 'buttons two' }, skip, desk)],
    C: () => [h('div', { class: 'buttons options' }, (question.options ?? []).map(option)), h('div', { class: 'buttons two' }, skip, desk)],
    M: () => [h('div', { class: 'buttons options' }, (question.options ?? []).map(toggle)), h('div', { class: 'buttons two' }, skip, desk, next(() => local.chosen.join(',')))],
    F: () => h('div', { class: 'buttons two' }, skip, desk),
  };
  const written = () => [
    field({ text: local.text, label, onText: (text) => { local.text = text; }, onEnter: () => answer(local.text) }),
    keyboard({ clear: name('staff.clear'), space: name('staff.space'), erase: name('staff.delete'), keys: label, more: { EMAIL: '@_', TEL: '+', H: ':', W: ':' }[question.type] }),
    h('div', { class: 'buttons two' }, skip, desk, next(() => local.text))];
  return h('div', { class: 'form', 'data-key': `question ${question.id}` },
    h(isWritten(state.questions) ? 'h1' : 'h2', {}, own(question.text, state.show)),
    inLanguage(question.help, state.show[0]) && h('p', { class: 'detail' }, own(question.help, state.show)),
    state.facts.fault && h('p', { class: 'fault', role: 'alert' }, words(faultKey(state.facts.fault))),
    (ways[question.type] ?? written)());
}

const known = ['required', 'no-number', 'no-date', 'no-time', 'no-datetime', 'no-country', 'no-email', 'too-small', 'too-large', 'too-short', 'too-long'];
const faultKey = (fault) => `fault.${known.includes(fault) ? fault : 'other'}`;
