// keyboard: keys on the screen for the field on the screen, and a real keyboard's digits.

import { draw, h } from './dom.js';
import { clear, erase, write } from './field.js';

const rows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL-', 'ZXCVBNM\'.'];

// A key leaves the caret where it is.
const stay = (event) => event.preventDefault();

// words: what "clear", "space" and "delete" are called; `more`: further letters, in the last row.
export function keyboard(words) {
  const key = (letter) => h('button', { type: 'button', onmousedown: stay, onclick: () => write(letter.toLowerCase()) }, letter);
  const word = (label, act) => h('button', { type: 'button', class: 'word', onmousedown: stay, onclick: act }, label);
  return h('div', { class: 'keys', role: 'group', 'aria-label': words.keys },
    rows.map((row) => h('div', {}, [...row].map(key))),
    h('div', { class: words.more ? 'last with-more' : 'last' }, word(words.clear, clear), [...words.more ?? ''].map(key), word(words.space, () => write(' ')),
      h('button', { type: 'button', 'aria-label': words.erase, onmousedown: stay, onclick: erase }, draw('delete'))));
}

// Calls change with an edit for each digit typed on a real keyboard; returns how to stop.
export function listenToDigits(change, onEnter) {
  function take(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter') onEnter();
    else if (event.key === 'Backspace') change((digits) => digits.slice(0, -1));
    else if (/^\d$/.test(event.key)) change((digits) => digits + event.key);
    else return;
    event.preventDefault();
  }
  document.addEventListener('keydown', take);
  return () => document.removeEventListener('keydown', take);
}
