// dom: elements without innerHTML, so that no text from outside is ever markup.

// h('p', { class: 'lead', lang: 'en', onclick: fn }, 'text', node, [nodes], null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const handlers = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) handlers[name.slice(2)] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  listen(element, handlers);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// What an element does when something happens to it; replaces all it did before.
export function listen(element, handlers) {
  element.listening ??= new Set();
  element.handlers = handlers;
  for (const name of Object.keys(handlers)) {
    if (element.listening.has(name)) continue;
    element.listening.add(name);
    element.addEventListener(name, (event) => element.handlers[name]?.(event));
  }
}

// A drawing: the <template id="draw-NAME"> of the page, cloned.
export function draw(name) {
  return document.getElementById(`draw-${name}`).content.firstElementChild.cloneNode(true);
}

// Texts in a line, "a · b · c". Each keeps its own direction: an Arabic name does not turn
// the words beside it around.
export function dotted(texts) {
  return texts.filter(Boolean).flatMap((text, i) => (i ? [' · ', h('bdi', {}, text)] : [h('bdi', {}, text)]));
}

// Makes a text smaller by whole steps until it fits its box in at most `lines` lines.
export function shrinkToFit(element, sizes, lines) {
  for (const size of sizes) {
    element.style.fontSize = `${size}rem`;
    const lineHeight = parseFloat(getComputedStyle(element).lineHeight);
    const tooHigh = element.scrollHeight > lineHeight * lines + 2;
    if (!tooHigh && element.scrollWidth <= element.clientWidth + 1) return;
  }
}
