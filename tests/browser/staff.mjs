// staff: how the staff's corner behaves under fingers, keyboards, input programs, paste
// and scanners that type. Touch screen, the real policy, states as the probe is told.

import { startProbe } from './probe.mjs';
import { row, staffStates } from './states.mjs';
import { playAll, sleep, until } from './suite.mjs';

const field = (page) => page.locator('input.field');
const key = (page, name) => page.locator('.keys').getByRole('button', { name, exact: true });
const asked = (probe, act) => probe.touches.filter((touch) => touch.staff === act).length;
const rows = (...numbers) => ({ ...staffStates['find-rows'], more: false, query: 'a', rows: numbers.map(row) });

// The probe begins a new screen with each state but those that say "same".
const same = async (probe, state) => probe.tell('staff', { state, same: true });

const tests = {
  async 'an input program writes Han, and only the finished word is sought'({ page, probe, session }) {
    await field(page).focus();
    await session.send('Input.imeSetComposition', { text: 'zhang', selectionStart: 5, selectionEnd: 5 });
    await sleep(300);
    const early = asked(probe, 'find');
    // A redraw in the middle of a word does not touch the word.
    await same(probe, staffStates['find-empty']);
    await sleep(200);
    const half = await field(page).inputValue();
    await session.send('Input.insertText', { text: '张伟' });
    const sought = await until(() => asked(probe, 'find') === 1, 15000);
    return [early && 'a half-written word was sought', half !== 'zhang' && `the word became "${half}"`,
      (await field(page).inputValue()) !== '张伟' && 'not 张伟', !sought && 'not sought'];
  },

  async 'paste goes to the search, wherever the last tap was'({ page, probe }) {
    await page.locator('.scroll').focus();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', ' 欧阳\n娜娜 ');
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    const sought = await until(() => asked(probe, 'find') === 1, 15000);
    return [(await field(page).inputValue()) !== '欧阳 娜娜' && await field(page).inputValue(), !sought && 'not sought'];
  },

  async 'keys on the screen write at the caret, and the caret stays'({ page }) {
    for (const letter of 'ZANG') await key(page, letter).tap();
    await page.evaluate(() => document.querySelector('input.field').setSelectionRange(1, 1));
    await key(page, 'H').tap();
    const within = await field(page).inputValue();
    const focused = await page.evaluate(() => document.activeElement === document.querySelector('input.field'));
    await page.locator('.keys').getByRole('button', { name: '删除' }).tap();
    const erased = await field(page).inputValue();
    await key(page, '空格').tap();
    const spaced = await field(page).inputValue();
    await key(page, '清空').tap();
    return [within !== 'zhang' && within, erased !== 'zang' && erased, spaced !== 'z ang' && spaced, !focused && 'focus lost',
      (await field(page).inputValue()) !== '' && 'not cleared'];
  },

  async 'a scanner that types replaces what stood there, and its one guest is opened'({ page, probe }) {
    await field(page).pressSequentially('zha', { delay: 120 });
    await page.locator('.scroll').focus(); // a finger was elsewhere
    await sleep(200);
    // As a scanner does it: no key waits for what became of the one before.
    await Promise.all([...'Y1R7ABCD23'].map((letter) => page.keyboard.press(letter)));
    await page.keyboard.press('Enter');
    const value = await field(page).inputValue();
    await until(() => asked(probe, 'find') > 1, 15000);
    await same(probe, { ...rows(3), query: value });
    const opened = await until(() => asked(probe, 'open') === 1, 15000);
    return [value !== 'Y1R7ABCD23' && `the field has "${value}"`, !opened && 'not opened'];
  },

  async 'Enter after typing opens nothing while there are several'({ page, probe }) {
    await field(page).pressSequentially('zha', { delay: 80 });
    await page.keyboard.press('Enter');
    await same(probe, { ...rows(1, 2), query: 'zha' });
    await sleep(300);
    return [asked(probe, 'open') && 'a guest was opened'];
  },

  async 'a row that is redrawn under the finger keeps its tap'({ page, probe, seen }) {
    await field(page).fill('a');
    await seen(page, await same(probe, rows(1, 2, 3)));
    const { x, y, height } = await page.locator('.rows button').nth(1).boundingBox();
    await page.mouse.move(x + 60, y + height / 2);
    await page.mouse.down();
    for (const presence of ['left', 'inside']) {
      const fresh = rows(1, 2, 3, 4);
      fresh.rows[1] = { ...fresh.rows[1], presence, last_at_ms: staffStates.guest.now_ms };
      await seen(page, await same(probe, fresh));
    }
    await page.mouse.up();
    const opened = await until(() => asked(probe, 'open') === 1, 15000);
    return [!opened && 'the tap was lost'];
  },

  async 'a tap on a row that is gone opens nobody else'({ page, probe, seen }) {
    await field(page).fill('a');
    await seen(page, await same(probe, rows(1, 2, 3)));
    const { x, y, height } = await page.locator('.rows button').first().boundingBox();
    await page.mouse.move(x + 60, y + height / 2);
    await page.mouse.down();
    await seen(page, await same(probe, rows(2, 3)));
    await page.mouse.up();
    await sleep(300);
    return [asked(probe, 'open') && 'another guest was opened'];
  },

  async 'a list stays where it was scrolled to when it is redrawn'({ page, probe, seen }) {
    await field(page).fill('a');
    await seen(page, await same(probe, staffStates['find-many']));
    await page.evaluate(() => { document.querySelector('.scroll').scrollTop = 900; });
    const started = Date.now();
    await seen(page, await same(probe, staffStates['find-many']));
    const took = Date.now() - started;
    const at = await page.evaluate(() => document.querySelector('.scroll').scrollTop);
    console.log(`200 rows drawn anew: ${took} ms`);
    return [at !== 900 && `at ${at}`, (await page.locator('.rows li').count()) < 200 && 'rows are missing'];
  },

  async 'names are gone within 8 s of the daemon standing still, and come back with it'({ page, probe, seen }) {
    await seen(page, await probe.tell('staff', { state: staffStates.guest }));
    probe.freeze();
    const text = () => page.evaluate(() => document.body.textContent);
    const gone = await until(async () => !(await text()).includes('张伟'), 8000);
    const told = (await text()).includes('请稍候');
    const hidden = await page.evaluate(() => document.querySelector('#tabs').childElementCount === 0);
    probe.thaw();
    const back = await until(async () => (await text()).includes('张伟'), 8000);
    return [!gone && 'a name is still there', !told && '"one moment" is not said', !hidden && 'buttons that do nothing', !back && 'did not come back'];
  },
};

// Before anybody is in: the pad under a thumb, and what a wrong PIN brings.
const loginTests = {
  async 'a PIN goes in by touch, two thumbs at a time'({ page }) {
    const one = page.locator('.pad button').first();
    await one.evaluate((button) => { button.wasHere = true; });
    for (const digit of '135') await page.locator('.pad').getByRole('button', { name: digit, exact: true }).tap();
    const on = await page.locator('.dots .on').count();
    const kept = await one.evaluate((button) => button.wasHere === true);
    return [on !== 3 && `${on} dots`, !kept && 'the pad was drawn anew under the thumbs'];
  },

  async 'who must wait sees for how long, and the pad rests until then'({ page, pin }) {
    await pin({ outcome: 'wrong', wait_ms: 3000 }, 429);
    const problem = page.locator('.problem');
    const first = await until(async () => /请等待 3 秒/.test(await problem.innerText()), 15000);
    const both = (await problem.innerText()).includes('PIN 码不正确');
    const rests = await page.locator('.pad').getByRole('button', { name: '5', exact: true }).isDisabled();
    await page.keyboard.type('12');
    const none = (await page.locator('.dots .on').count()) === 0;
    const down = await until(async () => /请等待 1 秒/.test(await problem.innerText()), 15000);
    const again = await until(async () => page.locator('.pad').getByRole('button', { name: '5', exact: true }).isEnabled(), 15000);
    const still = (await problem.innerText()).includes('请等待');
    return [!first && 'no time is told', !both && 'not told that it was wrong', !rests && 'the pad takes digits', !none && 'the keyboard gives digits',
      !down && 'it does not count down', !again && 'the pad stays shut', still && 'still told to wait'];
  },

  async 'a lock-out is told, and by whom it ends'({ page, pin, build }) {
    await pin({ outcome: 'locked', wait_ms: 0 }, 403);
    const told = await until(async () => (await page.locator('.problem').innerText()).includes('请主管解锁'), 15000);
    await page.screenshot({ path: `${build}/tests/screens/portrait-staff-locked-zh.png` });
    return [!told && await page.locator('.problem').innerText()];
  },

  async 'a daemon that does not answer is not a wrong PIN'({ page, pin }) {
    await pin(null);
    const told = await until(async () => (await page.locator('.problem').innerText()).includes('暂时无法验证'), 15000);
    return [!told && await page.locator('.problem').innerText()];
  },
};

const run = (list, world, report) => playAll(list, world,
  (name, wrong) => { report(name, wrong); console.log(`${wrong.length ? 'not ok' : 'ok'} ${name}`); },
  { before: () => { world.probe.touches.length = 0; }, after: world.after });

export async function staffBehaviours({ browser, build, report, seen }) {
  const probe = await startProbe(build);
  await probe.tell('station', { trouble: 0 });
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 }, hasTouch: true });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const session = await context.newCDPSession(page);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => /Content.Security.Policy/i.test(message.text()) && errors.push(message.text()));
  await page.goto(`${probe.url}/staff`);
  await page.getByRole('button', { name: 'li', exact: true }).tap();
  const pin = async (answer, status) => {
    await page.route('**/api/staff/login', (route) => (answer ? route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(answer) }) : route.abort()));
    for (const digit of '1111') await page.locator('.pad').getByRole('button', { name: digit, exact: true }).tap();
    await page.getByRole('button', { name: '确定' }).tap();
  };
  const emptyPin = async () => { await page.unroute('**/api/staff/login'); for (let i = 0; i < 12; i++) await page.keyboard.press('Backspace'); };
  await run(loginTests, { page, probe, pin, build, after: emptyPin }, report);
  await probe.tell('staff', { state: staffStates['find-empty'] });
  await page.keyboard.type('2468');
  await page.keyboard.press('Enter');
  await field(page).waitFor();
  const freshSearch = async () => seen(page, await probe.tell('staff', { state: staffStates['find-empty'] }));
  await run(tests, { page, probe, session, seen, after: freshSearch }, report);
  report('no script error in the staff\'s corner, and nothing against the policy', errors);
  if (errors.length) console.log(errors.slice(0, 5).join('\n'));
  await context.close();
  await probe.stop();
}
