// station: the page of a real kioskd, from the scanner's pipe to the label that comes out,
// and the staff's corner. Nothing is simulated but the paper.

import { withStation } from './child.mjs';
import { playAll, quantile, sleep, until } from './suite.mjs';

const PIN = '2468';
const EXTRA = 12; // guests of station_child.py who are there to be measured

const labelsOf = async (station) => (await station.ask({ do: 'labels' })).labels;
const badgeCodesOf = async (station) => (await station.ask({ do: 'codes' })).codes;

// Between two pages there is no screen.
const screenOf = (page) => page.evaluate(() => document.documentElement.dataset.screen).catch(() => '');
const textOf = (page) => page.locator('main').innerText();
const comes = (page, screen, ms = 10000) => until(async () => (await screenOf(page)) === screen, ms);
const says = (page, text, ms = 10000) => until(async () => (await textOf(page)).includes(text), ms);

// Every screen the page has drawn, with the moment it was: nothing is missed between looks.
const watch = (page) => page.addInitScript(() => {
  window.drawn = [];
  new MutationObserver(() => {
    const { seq, screen } = document.documentElement.dataset;
    if (seq) window.drawn.push({ screen, at: performance.timeOrigin + performance.now(), text: document.querySelector('main').innerText });
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-seq'] });
});
const drawnSince = (page, at) => page.evaluate((then) => window.drawn.filter((one) => one.at >= then), at);

// As an input program does: a half-written word, then the characters.
async function typeHan(page, pinyin, text) {
  const session = await page.context().newCDPSession(page);
  await page.locator('input.field').focus();
  await session.send('Input.imeSetComposition', { text: pinyin, selectionStart: pinyin.length, selectionEnd: pinyin.length });
  await session.send('Input.insertText', { text });
  await session.detach();
}

const pressed = (page, name) => page.locator('.pad').getByRole('button', { name, exact: true }).click();

const tests = {
  async 'a scan becomes a welcome by name, a label, and "take your badge"'({ page, station }) {
    const at = station.scan('TICKET-ZHANG-0001');
    const took = await comes(page, 'take', 20000);
    const drawn = await drawnSince(page, at);
    const welcome = drawn.find((one) => one.screen === 'welcome');
    if (welcome) console.log(`scan -> welcome in the page: ${(welcome.at - at).toFixed(1)} ms`);
    const labels = await labelsOf(station);
    const named = await textOf(page);
    return [!welcome && 'no welcome', welcome && !welcome.text.includes('张伟') && 'the welcome has no name',
      !drawn.some((one) => one.screen === 'welcome' && one.text.includes('正在打印')) && '"printing" was not said',
      !took && 'no "take your badge"', !named.includes('请取走胸牌') && `"take" says: ${named}`, labels !== 1 && `${labels} labels`];
  },

  async 'a printer that stands still is told before anybody scans, and its end too'({ page, station }) {
    await comes(page, 'attract', 20000);
    const well = await says(page, '领取胸牌');
    await station.ask({ do: 'queue', on: false });
    const told = await says(page, '胸牌稍后领取', 20000);
    await station.ask({ do: 'queue', on: true });
    const again = await says(page, '领取胸牌', 20000);
    return [!well && 'it is told without a reason', !told && `the page says: ${await textOf(page)}`, !again && 'it stays'];
  },

  async 'who has not paid is sent to the desk, and nothing is printed'({ page, station }) {
    station.scan('TICKET-UNPAID-002');
    const came = await comes(page, 'unpaid');
    const text = await textOf(page);
    await sleep(500);
    const labels = await labelsOf(station);
    return [!came && `screen is ${await screenOf(page)}`, !text.includes('Ana Souza') && 'no name', !text.includes('help desk') && `says: ${text}`,
      labels !== 1 && `${labels} labels`];
  },

  async 'three seconds in the corner and a PIN open the staff\'s corner'({ page }) {
    const { x, y } = await page.locator('#corner').boundingBox();
    await page.mouse.move(x + 20, y + 20);
    await page.mouse.down();
    const opened = await until(() => page.url().endsWith('/staff'), 15000);
    await page.mouse.up();
    await page.getByRole('button', { name: 'li', exact: true }).click();
    for (const digit of '1111') await pressed(page, digit);
    await pressed(page, '确定');
    const refused = await says(page, 'PIN 码不正确');
    await until(async () => {
      for (const digit of PIN) await pressed(page, digit);
      await pressed(page, '确定');
      return comes(page, 'find', 1500);
    }, 40000);
    return [!opened && 'the corner did not open', !refused && 'a wrong PIN was not refused', (await screenOf(page)) !== 'find' && 'not in'];
  },

  async 'a guest is found by two characters and by pinyin'({ page }) {
    const rows = page.locator('.rows li');
    const onlyRow = (name) => until(async () => (await rows.count()) === 1 && (await rows.first().innerText()).includes(name), 15000);
    await typeHan(page, "ou'yang", '欧阳');
    const byHan = await onlyRow('欧阳娜娜');
    await page.getByRole('button', { name: '清空' }).click();
    for (const letter of 'ZHANGW') await page.locator('.keys').getByRole('button', { name: letter, exact: true }).click();
    const byPinyin = await onlyRow('张伟');
    return [!byHan && 'not by 欧阳', !byPinyin && 'not by zhangw'];
  },

  async 'a guest\'s page tells the history, and a reprint with a reason prints'({ page, station }) {
    await page.locator('.rows button').first().click();
    if (!(await comes(page, 'guest'))) return ['the guest did not open'];
    const before = await textOf(page);
    await page.getByRole('button', { name: '补打胸牌' }).click();
    await page.getByRole('button', { name: '丢失' }).click();
    const noticed = await until(async () => (await page.locator('#notice').innerText()).includes('第 2 张胸牌正在打印'), 15000);
    const second = await until(async () => (await labelsOf(station)) === 2, 15000);
    const told = await until(async () => { const text = await textOf(page); return text.includes('第 2 张胸牌') && text.includes('丢失') && text.includes('操作人 li') && text.includes('由第 2 张替换'); }, 15000);
    const countryNamed = (await textOf(page)).includes('中国');
    return [!before.includes('入场') && 'no entry in the history', !before.includes('第 1 张胸牌') && 'the first badge is not told',
      !noticed && 'no notice', !countryNamed && 'the country is a code', !second && 'no second label', !told && `the page says: ${await textOf(page)}`];
  },

  async 'a changed role is shown to staff and is what the door does'({ page, station }) {
    await page.locator('#tabs').getByRole('button', { name: '岗位' }).click();
    await comes(page, 'role');
    await page.getByRole('button', { name: '仅签到', exact: true }).click();
    await page.getByRole('button', { name: '使用此岗位' }).click();
    const shown = await until(async () => (await page.locator('#top').innerText()).includes('仅签到'), 15000);
    await page.getByRole('button', { name: '退出登录' }).click();
    await until(() => !page.url().endsWith('/staff'), 15000);
    await comes(page, 'attract');
    station.scan('TICKET-OUYANG-003');
    const enters = await comes(page, 'enter');
    await sleep(500);
    const labels = await labelsOf(station);
    return [!shown && 'not shown', !enters && `screen is ${await screenOf(page)}`, labels !== 2 && `${labels} labels`];
  },

  async 'the badge that was replaced is told at the door, the new one is not'({ page, station }) {
    const [former, current] = await badgeCodesOf(station);
    station.scan(former);
    const replaced = await comes(page, 'replaced');
    const at = station.scan(current);
    const known = await until(async () => (await drawnSince(page, at)).some((one) => one.screen === 'already' && one.text.includes('张伟')), 15000);
    return [!replaced && `the former one: ${await screenOf(page)}`, !known && `the new one: ${await screenOf(page)}`];
  },
};

// From the bytes in the scanner's pipe to the changed page; printed, never judged.
async function measure(page, station) {
  const times = [];
  for (let i = 0; i < EXTRA; i++) {
    const at = station.scan(`TICKET-EXTRA-${String(i).padStart(3, '0')}`);
    const mine = async () => (await drawnSince(page, at)).find((one) => one.screen === 'enter' && one.text.includes(`Guest ${i}`));
    if (await until(mine, 15000)) times.push((await mine()).at - at);
  }
  if (times.length) console.log(`scan -> page that lets in, ${times.length} scans: p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`);
  return times.length === EXTRA ? [] : [`${times.length} of ${EXTRA} scans were shown`];
}

async function play(browser, station, tell) {
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await watch(page);
  await page.goto(station.url);
  await comes(page, 'attract');
  await playAll(tests, { page, station }, tell);
  tell('every guest of a queue is shown', await measure(page, station));
  tell('no script error at a real station', errors);
  await context.close();
}

export const realStation = ({ browser, build, report }) =>
  withStation('station_child.py', { build, report }, (station, tell) => play(browser, station, tell));
