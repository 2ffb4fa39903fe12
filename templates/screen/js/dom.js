// dom: elements without innerHTML, so that no text from outside is ever markup.

// h('p', { class: 'lead', lang: 'en' }, 'text', node, [nodes], null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A drawing: the <template id="draw-NAME"> of the page, cloned.
export function draw(name) {
  return document.getElementById(`draw-${name}`).content.firstElementChild.cloneNode(true);
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
