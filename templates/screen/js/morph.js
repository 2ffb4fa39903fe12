// morph: turns what is on the screen into what should be there, and keeps every element
// that is still wanted. A finger that is down, a caret, an input program's half-written
// word, a list's place: all of them live in an element and die with it.
//
//     paint(main, section)      main's only child is now as `section` is
//
// Children are matched by data-key, a button without one by its words (a tap that was
// meant for one button never lands on another), all else by order among its own kind.

import { listen } from './dom.js';

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return undefined;
  if (node.dataset.key !== undefined) return `k:${node.dataset.key}`;
  return node.nodeName === 'BUTTON' ? `b:${node.getAttribute('aria-label') ?? ''}:${node.textContent}` : undefined;
}

const kindOf = (node) => `${node.nodeName} ${keyOf(node) ?? ''}`;

function takeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function become(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  takeAttributes(old, fresh);
  listen(old, fresh.handlers ?? {});
  if (old.nodeName === 'INPUT' && !old.composing && old.value !== fresh.value) old.value = fresh.value;
  paint(old, ...fresh.childNodes);
}

// The old child that each new one continues, if any; none of them twice.
function match(parent, wanted) {
  const olds = Map.groupBy([...parent.childNodes], kindOf);
  return wanted.map((fresh) => olds.get(kindOf(fresh))?.shift());
}

export function paint(parent, ...wanted) {
  const olds = match(parent, wanted);
  const kept = new Set(olds);
  for (const old of [...parent.childNodes]) if (!kept.has(old)) old.remove();
  let at = parent.firstChild;
  wanted.forEach((fresh, i) => {
    const old = olds[i];
    if (old && old === at) at = at.nextSibling;
    else parent.insertBefore(old ?? fresh, at);
    if (old) become(old, fresh);
  });
}
