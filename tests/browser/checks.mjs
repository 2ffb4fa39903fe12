// checks: what a screen must be, whoever looks at it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// No violation, and no contrast that axe could not work out.
export async function checkAxe(page) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await window.axe.run(document, { runOnly: tags, resultTypes: ['violations', 'incomplete'] });
    const reason = (node) => node.any[0]?.data?.messageKey ?? '';
    // One letter is "too short to tell"; what is scrolled under an edge is "obscured". Our
    // own check computes the contrast of those.
    const scrolls = (node) => reason(node) === 'bgOverlap' && document.querySelector(node.target[0])?.closest('.scroll');
    const excused = (node) => ['shortTextContent', 'elmPartiallyObscured'].includes(reason(node)) || scrolls(node);
    const unclear = found.incomplete.filter((rule) => rule.id === 'color-contrast')
      .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !excused(node)) })).filter((rule) => rule.nodes.length);
    return [...found.violations, ...unclear].map((rule) => `axe ${rule.id} ${reason(rule.nodes[0])}: ${rule.nodes[0].html.slice(0, 90)}`);
  });
}

// Nothing cut, nothing off the screen, targets of 90 px, letters of 36 px, headings that are
// read from 2 m (capitals of 20 minutes of arc), contrast of 7:1. Pixels are those of a
// 21.5" screen of 1080x1920; a smaller screen is measured in proportion.
export async function checkGeometry(page) {
  return page.evaluate(() => {
    const wrong = [];
    const px = Math.min(innerWidth, innerHeight) / 1080;
    const what = (element) => `${element.className || element.tagName} "${element.textContent.trim().slice(0, 24)}"`;
    const isSeen = (element) => { const box = element.getBoundingClientRect(); return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible'; };
    for (const box of document.querySelectorAll('.hero, .lower, main, .bar, .top, .tabs, .login, .keys, .acts, .ask > div')) {
      if (!isSeen(box)) continue;
      if (box.scrollHeight > box.clientHeight + 1) wrong.push(`cut by ${box.scrollHeight - box.clientHeight} px below: ${what(box)}`);
      if (box.scrollWidth > box.clientWidth + 1) wrong.push(`cut by ${box.scrollWidth - box.clientWidth} px aside: ${what(box)}`);
    }
    // What is pushed out above is in no scrollHeight.
    for (const keys of document.querySelectorAll('.keys')) {
      const above = keys.getBoundingClientRect().top - keys.firstElementChild.getBoundingClientRect().top;
      if (isSeen(keys) && above > 0) wrong.push(`${Math.round(above)} px above its box: ${what(keys)}`);
    }
    for (const button of document.querySelectorAll('button')) {
      const box = button.getBoundingClientRect();
      if (!isSeen(button) || button.classList.contains('corner')) continue;
      if (box.height < 89.5 * px || box.width < 89.5 * px) wrong.push(`target ${Math.round(box.width)}x${Math.round(box.height)}: ${what(button)}`);
      if (button.scrollWidth > button.clientWidth + 1) wrong.push(`button text cut: ${what(button)}`);
    }
    for (const heading of document.querySelectorAll('html[data-tone] h1 .first, .hero .name')) {
      const least = heading.classList.contains('name') ? 45 : 66;
      if (parseFloat(getComputedStyle(heading).fontSize) < least * px) wrong.push(`not read from 2 m, ${getComputedStyle(heading).fontSize}: ${what(heading)}`);
    }
    for (const field of document.querySelectorAll('input')) {
      if (!isSeen(field)) continue;
      const { fontSize } = getComputedStyle(field, field.value ? null : '::placeholder');
      if (parseFloat(fontSize) < 35.9 * px) wrong.push(`letters of ${fontSize}: field`);
    }
    const luminance = (color) => {
      const [r, g, b] = color.match(/[\d.]+/g).map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const background = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if (!/^rgba\(.*, 0\)$|transparent/.test(color)) return color;
      }
      return 'rgb(255, 255, 255)';
    };
    for (const element of document.querySelectorAll('header *, main *, footer *, nav *, .notice')) {
      if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !isSeen(element)) continue;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const inScroll = element.closest('.scroll, .people');
      if (parseFloat(style.fontSize) < 35.9 * px) wrong.push(`letters of ${style.fontSize}: ${what(element)}`);
      if (box.left < -1 || box.right > innerWidth + 1 || (!inScroll && (box.top < -1 || box.bottom > innerHeight + 1))) wrong.push(`off the screen: ${what(element)}`);
      const clip = element.closest('.hero, .lower');
      if (clip) {
        const outer = clip.getBoundingClientRect();
        if (box.top < outer.top - 1 || box.bottom > outer.bottom + 1 || box.left < outer.left - 1 || box.right > outer.right + 1) wrong.push(`clipped: ${what(element)}`);
      }
      const [light, dark] = [luminance(style.color), luminance(background(element))].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      const isOff = element.closest('button:disabled');
      if (contrast < 7 && !isOff) wrong.push(`contrast ${contrast.toFixed(1)}: ${what(element)}`);
    }
    return wrong;
  });
}
