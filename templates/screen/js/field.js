// field: one line to write in, by whatever writes: a keyboard, an input program (IME),
// paste, the keys on the screen (keyboard.js), a scanner that is a keyboard.

import { h } from './dom.js';

const TEXT_MAX = 80; // characters of a search; the daemon takes 255 bytes
const BURST_MS = 60; // nobody types as fast as a scanner
const BURST_MIN = 6;

// What came in one rush at the end of the text, or '': the code that a scanner typed
// behind whatever stood there.
function burstOf(field) {
  return field.burst?.length >= BURST_MIN ? field.burst : '';
}

// By the times of the keys, not of the letters: those come late on a busy machine.
function noteKey(field, event) {
  if ([...event.key].length !== 1) return; // Shift and its like stand between the letters
  field.quick = event.timeStamp - (field.keyedAt ?? 0) < BURST_MS;
  field.keyedAt = event.timeStamp;
}

function noteBurst(field, event) {
  const letter = event.inputType === 'insertText' ? event.data ?? '' : '';
  field.burst = letter && field.quick ? (field.burst ?? '') + letter : letter;
}

// onText(text): it is another text now; not called for the half-written word of an input
// program. onEnter(text): Enter; after a scan the text is the scanned code alone, but for
// `whole`: a field for one long code only, which a slow scanner types in several rushes.
export function field({ text, label, hint = '', max = TEXT_MAX, whole = false, onText, onEnter = () => {} }) {
  return h('input', {
    class: 'field', type: 'text', 'data-key': 'field', value: text, 'aria-label': label, placeholder: hint, maxlength: max,
    inputmode: 'none', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', dir: 'auto',
    oncompositionstart: ({ target }) => { target.composing = true; },
    oncompositionend: ({ target }) => { target.composing = false; onText(target.value); },
    oninput: (event) => {
      noteBurst(event.target, event);
      if (!event.target.composing) onText(event.target.value);
    },
    onkeydown: (event) => {
      const { target } = event;
      noteKey(target, event);
      if (event.key !== 'Enter' || event.isComposing || target.composing) return;
      event.preventDefault();
      target.value = (!whole && burstOf(target)) || target.value;
      target.burst = '';
      onText(target.value);
      onEnter(target.value);
      target.select(); // the next scan replaces it
    },
  });
}

export const fieldOnScreen = () => document.querySelector('input.field');

// Writes at the caret, as a key on the screen does.
export function write(letters) {
  const at = fieldOnScreen();
  if (!at || at.composing || at.value.length - (at.selectionEnd - at.selectionStart) + letters.length > at.maxLength) return;
  at.setRangeText(letters, at.selectionStart, at.selectionEnd, 'end');
  told(at);
}

export function erase() {
  const at = fieldOnScreen();
  if (!at || at.composing) return;
  const before = [...at.value.slice(0, at.selectionStart)];
  const from = at.selectionStart === at.selectionEnd ? before.slice(0, -1).join('').length : at.selectionStart;
  at.setRangeText('', from, at.selectionEnd, 'end');
  told(at);
}

export function clear() {
  const at = fieldOnScreen();
  if (!at) return;
  at.value = '';
  told(at);
}

function told(at) {
  at.focus();
  at.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

// Who types finds the field, wherever the last tap was.
document.addEventListener('keydown', (event) => {
  const at = fieldOnScreen();
  if (!at || event.target === at || event.ctrlKey || event.altKey || event.metaKey) return;
  if ([...event.key].length !== 1 || event.key === ' ') return;
  noteKey(at, event);
  at.focus();
});
document.addEventListener('paste', (event) => {
  const at = fieldOnScreen();
  if (!at || event.target === at) return;
  event.preventDefault();
  write(event.clipboardData.getData('text').replace(/\s+/g, ' ').trim().slice(0, at.maxLength));
});
