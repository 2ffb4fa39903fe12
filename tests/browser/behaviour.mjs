// behaviour: what the page does when things happen, or fail to. Under the real policy
// (no bypass of the content security policy), with motion.

import { startProbe } from './probe.mjs';
import { staffStates } from './states.mjs';
import { playAll, quantile, sleep, until } from './suite.mjs';

const guest = { name: '张伟', name_latin: 'Zhang Wei', organisation: 'Somewhere', language: 'en' };
const screenOf = (page) => page.evaluate(() => document.documentElement.dataset.screen);
const textOf = (page) => page.evaluate(() => document.documentElement.innerHTML);

const post = (page, path, body) => page.evaluate(async ([to, what]) => {
  const reply = await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
  return reply.status;
}, [path, body]);

const tests = {
  async 'a name is gone within 8 s of the daemon standing still, and the page comes back'({ page, probe, seen }) {
    await seen(page, await probe.tell('scan', { verdict: 'admit', guest, job: 'queued' }));
    if (!(await textOf(page)).includes('张伟')) return ['the name was not shown'];
    probe.freeze();
    const gone = await until(async () => !(await textOf(page)).includes('张伟'), 8000);
    const screen = await screenOf(page);
    probe.thaw();
    const back = await until(async () => (await screenOf(page)) === 'welcome', 8000);
    return [!gone && 'the name is still there', screen !== 'away' && `screen is ${screen}`, !back && 'did not come back'];
  },

  async 'a tap on a screen that is gone does nothing'({ page, probe, seen }) {
    const asked = await probe.tell('scan', { verdict: 'already-in', guest, job: 'uncertain', old_job: true });
    await seen(page, await probe.tell('scan', { verdict: 'already-in', guest, job: 'uncertain', old_job: true }));
    const old = await post(page, '/api/guest/badge', { boot: 'probe', seq: asked, came_out: true });
    const other = await post(page, '/api/guest/badge', { boot: 'another', seq: asked + 1, came_out: true });
    const said = probe.touches.length;
    await page.getByRole('button', { name: 'Yes, I have it' }).click();
    const counted = await until(() => probe.touches.some((touch) => touch.came_out === true), 15000);
    return [old !== 409 && `old seq: ${old}`, other !== 409 && `other boot: ${other}`, said !== 0 && 'it counted', !counted && 'the right tap did not count'];
  },

  async 'a screen that moves in stands as it does without motion'({ page, probe, seen }) {
    const wrong = [];
    const closeness = () => page.evaluate(() => ['.hero', '.lower'].map((box) => document.querySelector(box).dataset.dense ?? '0').join(' '));
    for (const [more, then] of [[{ job: 'queued' }], [{ job: 'sent' }, ['job', { state: 'printed' }]], [{}]]) {
      const both = [];
      for (const reducedMotion of ['reduce', 'no-preference']) {
        await page.emulateMedia({ reducedMotion });
        await seen(page, await probe.tell('scan', { verdict: 'admit', guest, ...more }));
        if (then) await seen(page, await probe.tell(...then));
        both.push(await closeness());
      }
      if (both[0] !== both[1]) wrong.push(`${await screenOf(page)}: ${both[0]} at rest, ${both[1]} moving`);
    }
    return wrong;
  },

  async 'the direction is chosen by touch'({ page, probe, seen }) {
    await seen(page, await probe.tell('direction'));
    await page.locator('.buttons button').nth(1).click();
    return [!(await until(() => probe.touches.some((touch) => touch.exit === true), 15000)) && 'not chosen'];
  },

  async 'two tabs show the same'({ page, probe, context, seen }) {
    const other = await context.newPage();
    await other.goto(probe.url);
    const seq = await probe.tell('scan', { verdict: 'unpaid', guest });
    await seen(page, seq);
    await seen(other, seq);
    const same = (await screenOf(other)) === 'unpaid' && (await screenOf(page)) === 'unpaid';
    await other.getByRole('button', { name: 'Done' }).click();
    const both = await until(async () => (await screenOf(page)) === 'attract' && (await screenOf(other)) === 'attract', 15000);
    await other.close();
    return [!same && 'they differ', !both && '"done" in one did not reach the other'];
  },

  async 'nothing personal stays after the guest'({ page, probe, seen }) {
    await seen(page, await probe.tell('scan', { verdict: 'unpaid', guest }));
    await page.getByRole('button', { name: 'Done' }).click();
    await until(async () => (await screenOf(page)) === 'attract', 15000);
    const left = await page.evaluate(() => [document.documentElement.outerHTML, document.title, location.href,
      JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie].join('|'));
    const storage = await page.evaluate(() => localStorage.length + sessionStorage.length);
    return [left.includes('张伟') && 'the name', left.includes('Somewhere') && 'the organisation', storage !== 0 && 'something is stored'];
  },

  async 'a language is picked, and gone with the next guest'({ page, probe, seen }) {
    await page.locator('.languages button', { hasText: 'English' }).click();
    const english = await until(() => page.evaluate(() => document.documentElement.lang === 'en'), 15000);
    await seen(page, await probe.tell('scan', { verdict: 'unpaid', guest: { ...guest, language: '' } }));
    const both = await page.evaluate(() => document.documentElement.lang === 'zh-Hans' && document.querySelectorAll('h1 span').length === 2);
    return [!english && 'English was not shown', !both && 'the language stayed'];
  },

  async 'what staff see is never on the guests\' page'({ page, probe, context, seen }) {
    const staff = await context.newPage();
    await staff.goto(`${probe.url}/staff`);
    await staff.getByRole('button', { name: 'li', exact: true }).click();
    for (const digit of '1111') await staff.getByRole('button', { name: digit, exact: true }).click();
    await staff.getByRole('button', { name: '确定' }).click();
    const refused = await until(async () => (await staff.locator('.problem').textContent()) === 'PIN 码不正确', 15000);
    await probe.tell('staff', { state: staffStates['find-empty'] });
    await staff.keyboard.type('2468');
    await staff.keyboard.press('Enter');
    await seen(staff, await probe.tell('staff', { state: staffStates['find-rows'] }));
    await staff.keyboard.type('zhangw');
    const searched = await until(() => probe.touches.some((touch) => touch.staff === 'find'), 15000);
    const leaked = (await textOf(page)).includes('欧阳娜娜');
    const shown = (await textOf(staff)).includes('欧阳娜娜');
    const cookie = await staff.evaluate(() => document.cookie);
    await staff.close();
    return [!refused && 'a wrong PIN was not refused', !searched && 'typing did not search', leaked && 'staff rows on the guests\' page', !shown && 'no rows for staff', cookie !== '' && 'scripts can read the cookie'];
  },

  async 'the corner opens after three seconds and not before'({ page }) {
    const corner = page.locator('#corner');
    const { x, y } = await corner.boundingBox();
    await page.mouse.move(x + 20, y + 20);
    await page.mouse.down();
    await sleep(1500);
    await page.mouse.up();
    await sleep(2000);
    const early = page.url().endsWith('/staff');
    await page.mouse.down();
    const opened = await until(() => page.url().endsWith('/staff'), 15000);
    await page.mouse.up();
    await page.goto(page.url().replace('/staff', '/'));
    return [early && 'opened too early', !opened && 'did not open'];
  },

  async 'a daemon that was started anew gets a new page'({ page, probe, build, seen, replace }) {
    await seen(page, await probe.tell('scan', { verdict: 'unpaid', guest }));
    await page.evaluate(() => { window.beforeRestart = true; });
    await probe.stop();
    const next = await startProbe(build, probe.port, 'probe-2');
    replace(next);
    await next.tell('station', { trouble: 0 });
    const reloaded = await until(async () => { try { return (await page.evaluate(() => window.beforeRestart)) === undefined && (await screenOf(page)) === 'attract'; } catch { return false; } }, 10000);
    return [!reloaded && 'the old page is still there'];
  },
};

// How long from the moment the daemon is told to the changed page; printed, never judged.
async function measure(page, probe, seen) {
  const times = [];
  await page.evaluate(() => {
    window.drawnAt = {};
    new MutationObserver(() => { window.drawnAt[document.documentElement.dataset.seq] ??= performance.timeOrigin + performance.now(); })
      .observe(document.documentElement, { attributes: true, attributeFilter: ['data-seq'] });
  });
  for (let i = 0; i < 60; i++) {
    const told = performance.timeOrigin + performance.now();
    const seq = await probe.tell('scan', { verdict: 'admit', guest, job: 'queued' });
    await seen(page, seq);
    times.push(await page.evaluate((n) => window.drawnAt[n], seq) - told);
  }
  console.log(`event -> changed page, 60 scans: p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`);
}

export async function behaviours({ browser, build, report, seen }) {
  let probe = await startProbe(build);
  await probe.tell('station', { trouble: 0 });
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => /Content.Security.Policy/i.test(message.text()) && errors.push(message.text()));
  await page.goto(probe.url);
  await until(async () => (await screenOf(page)) === 'attract', 15000);
  await measure(page, probe, seen);
  const world = { page, context, build, seen, get probe() { return probe; }, replace: (next) => { probe = next; } };
  const tell = (name, wrong) => { report(name, wrong); console.log(`${wrong.length ? 'not ok' : 'ok'} ${name}`); };
  await playAll(tests, world, tell, { before: () => { probe.touches.length = 0; } });
  report('no script error and nothing against the policy', errors);
  await context.close();
  await probe.stop();
}
