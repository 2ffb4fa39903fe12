// main: every screen in both languages and both orientations, how the page behaves, then
// the page of a real station.

import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { behaviours } from './behaviour.mjs';
import { checkAxe, checkGeometry } from './checks.mjs';
import { startProbe } from './probe.mjs';
import { serverStation } from './server.mjs';
import { staffBehaviours } from './staff.mjs';
import { realStation } from './station.mjs';
import { calm, staffStates, states } from './states.mjs';

const build = process.argv[2];
const only = process.argv[3];
const pictures = `${build}/tests/screens`;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--password-store=basic'];
const sizes = { portrait: { width: 1080, height: 1920 }, landscape: { width: 1920, height: 1080 }, tablet: { width: 1280, height: 800 } };
const languages = { both: '', zh: 'zh-CN', en: 'en' };

let passed = 0;
let failed = 0;
function report(name, wrong) {
  if (wrong.length === 0) { passed++; return; }
  failed++;
  console.log(`not ok ${name}`);
  for (const line of wrong.slice(0, 6)) console.log(`    ${line}`);
}

async function launch() {
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, timeout: 20000, args: flags });
    } catch (error) {
      if (attempt === 2) throw error;
    }
  }
}

// The page has drawn the state of that number.
async function seen(page, seq) {
  for (let i = 0; i < 3000; i++) {
    if (await page.evaluate(() => document.documentElement.dataset.seq) === String(seq)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`state ${seq} did not come within 30 s`);
}

// axe compares every pair of targets: of a list of hundreds it is asked nothing.
async function look(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  report(name, [...await checkGeometry(page), ...(name.includes('-many-') ? [] : await checkAxe(page))]);
}

async function play(probe, commands, language) {
  let seq;
  for (const [what, more] of commands) {
    const guest = more.guest && { ...more.guest, language };
    seq = await probe.tell(what, guest ? { ...more, guest } : more);
  }
  return seq;
}

async function lookAtGuests(page, probe, orientation) {
  for (const [name, commands] of Object.entries(states)) {
    if (only && !name.startsWith(only)) continue;
    for (const [code, language] of Object.entries(languages)) {
      let seq = await play(probe, [...calm, ...commands], language);
      await seen(page, seq);
      if (language && !commands.some(([, more]) => more.guest)) {
        const touched = await page.evaluate(async (lang) => {
          await new Promise((resolve) => setTimeout(resolve, 0));
          const button = [...document.querySelectorAll('.languages button')].find((candidate) => candidate.lang.startsWith(lang));
          if (!button || getComputedStyle(button).visibility !== 'visible') return false;
          button.click();
          return true;
        }, language.slice(0, 2));
        if (!touched) continue;
        seq += 1;
        await seen(page, seq);
      }
      await look(page, `${orientation}-${name}-${code}`);
      await page.evaluate(async () => { await fetch('/api/guest/language', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ boot: 'probe', seq: Number(document.documentElement.dataset.seq), lang: '' }) }); });
      // Back to attract by "done", as nobody waits for minutes here.
      await page.evaluate(async () => { for (let i = 0; i < 2; i++) await fetch('/api/guest/done', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ boot: 'probe', seq: Number(document.documentElement.dataset.seq) + i }) }); });
    }
  }
}

async function lookAtStaff(page, probe, orientation) {
  await page.goto(`${probe.url}/staff`);
  await page.getByRole('button', { name: 'li', exact: true }).waitFor();
  await look(page, `${orientation}-staff-who-zh`);
  await page.getByRole('button', { name: 'li', exact: true }).click();
  await look(page, `${orientation}-staff-pin-zh`);
  await probe.tell('staff', { state: staffStates['find-empty'] });
  for (const digit of '2468') await page.getByRole('button', { name: digit, exact: true }).click();
  await page.getByRole('button', { name: '确定' }).click();
  for (const code of ['zh', 'en']) {
    for (const [name, state] of Object.entries(staffStates)) {
      if (only && !`staff-${name}`.startsWith(only)) continue;
      await seen(page, await probe.tell('staff', { state }));
      await look(page, `${orientation}-staff-${name}-${code}`);
      if (name !== 'guest') continue;
      await page.locator('.acts button').nth(1).click();
      await look(page, `${orientation}-staff-reasons-${code}`);
      await page.locator('.ask button').nth(4).click();
      await look(page, `${orientation}-staff-reason-text-${code}`);
      await page.locator('.ask .acts button').first().click();
    }
    if (code === 'zh') await page.locator('.top button').first().click();
  }
}

async function main() {
  mkdirSync(pictures, { recursive: true });
  const probe = await startProbe(build);
  await probe.tell('event', { name: '2026 国际人才交流大会 · International Talent Exchange Conference', zone: 'Asia/Shanghai' });
  await probe.tell('station', { trouble: 0 });
  const browser = await launch();
  const started = Date.now();
  for (const [orientation, viewport] of Object.entries(sizes)) {
    const context = await browser.newContext({ viewport, bypassCSP: true, reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(probe.url);
    await lookAtGuests(page, probe, orientation);
    if (!only || only.startsWith('staff')) await lookAtStaff(page, probe, orientation);
    report(`${orientation}: no error in the page's scripts`, errors);
    await context.close();
  }
  console.log(`${passed + failed} screens looked at in ${Math.round((Date.now() - started) / 1000)} s, pictures in ${pictures}`);
  await probe.stop();
  if (!only || only === 'behaviour') await behaviours({ browser, build, report, seen });
  if (!only || only === 'staff-behaviour') await staffBehaviours({ browser, build, report, seen });
  if (!only || only === 'station') await realStation({ browser, build, report });
  if (!only || only === 'server-station') await serverStation({ browser, build, report });
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

await main();
