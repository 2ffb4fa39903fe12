// keyboard: keys on the screen, and a real keyboard's, for one text at a time.

import { draw, h } from './dom.js';

const rows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL-', 'ZXCVBNM\'.'];

// words: what "clear" and "space" are called. change(edit) is given a function that makes
// the new text out of the old one.
export function keyboard(words, change) {
  const key = (letter) => h('button', { type: 'button', onclick: () => change((text) => text + letter.toLowerCase()) }, letter);
  const word = (label, edit) => h('button', { type: 'button', class: 'word', onclick: () => change(edit) }, label);
  const erase = h('button', { type: 'button', 'aria-label': words.erase,
    onclick: () => change((text) => [...text].slice(0, -1).join('')) }, draw('delete'));
  return h('div', { class: 'keys', role: 'group', 'aria-label': words.keys },
    rows.map((row) => h('div', {}, [...row].map(key))),
    h('div', { class: 'last' }, word(words.clear, () => ''), word(words.space, (text) => `${text} `), erase));
}

// Calls change for what is typed on a real keyboard; returns how to stop listening.
export function listenToKeys(change, { digitsOnly = false, onEnter } = {}) {
  function take(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter') onEnter?.();
    else if (event.key === 'Backspace') change((text) => [...text].slice(0, -1).join(''));
    else if ([...event.key].length === 1 && (!digitsOnly || /\d/.test(event.key))) change((text) => text + event.key);
    else return;
    event.preventDefault();
  }
  document.addEventListener('keydown', take);
  return () => document.removeEventListener('keydown', take);
}
