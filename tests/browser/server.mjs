// server: a real station becomes a device of a ticketing server at its staff's corner, is
// worked offline by hand, and is withdrawn. Nothing is simulated but the server's insides.

import { withStation } from './child.mjs';
import { playAll } from './suite.mjs';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const shows = async (page, text, timeout = 20000) => page.getByText(text).first().waitFor({ timeout }).then(() => '', () => `"${text}" is not said`);
const audited = async (station, text) => ((await station.ask({ do: 'audit' })).lines.some((line) => line.includes(text)) ? '' : `not audited: ${text}`);

const tests = {
  async 'what is no enrolment code is told as such beside the field'({ page }) {
    await button(page, '连接主办方').click();
    await page.locator('input.field').pressSequentially('CITEC-77', { delay: 20 });
    await page.keyboard.press('Enter');
    return [await shows(page, '这不是连接码')];
  },

  async 'a code typed by a scanner that is a keyboard shows whose server it is'({ page, station }) {
    const { code } = await station.ask({ do: 'code', number: 7 });
    await page.locator('input.field').focus();
    await Promise.all([...code].map((letter) => page.keyboard.press(letter === ' ' ? 'Space' : letter)));
    await page.keyboard.press('Enter');
    const wrong = await shows(page, JSON.parse(code).url);
    const text = await page.locator('main').innerText();
    await button(page, '换一个连接码').click();
    return [wrong, text.includes('enroltoken') && 'the token is on the screen'];
  },

  async 'a code read by the station\'s own scanner comes to the page, and connects'({ page, guest, station }) {
    await page.locator('input.field').waitFor();
    const { code } = await station.ask({ do: 'code', number: 8 });
    station.scan(code);
    const asked = await shows(page, '将本站连接到此服务器');
    await button(page, '连接').click();
    return [asked, await shows(page, '已连接'), await shows(page, '名单已就绪', 60000), await shows(guest, '扫码签到'),
      await audited(station, 'staff:wang enrol url=')];
  },

  async 'staff work offline and come back, and guests are told'({ page, guest, station }) {
    await page.locator('#tabs button').last().click();
    await button(page, '转为离线').click();
    const off = [await shows(page, '离线工作中'), await shows(guest, '离线运行'), await audited(station, 'staff:wang sync offline')];
    await button(page, '恢复在线').click();
    return [...off, await shows(page, '转为离线'), await audited(station, 'staff:wang sync online')];
  },

  async 'a station that is withdrawn is closed, and staff are told why'({ page, guest, station }) {
    await station.ask({ do: 'revoke', number: 8 });
    return [await shows(page, '主办方已撤销本站', 30000), await shows(guest, 'WITHDRAWN')];
  },
};

async function play(browser, station, tell) {
  const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
  const [page, guest] = [await context.newPage(), await context.newPage()];
  page.setDefaultTimeout(15000);
  const errors = [];
  for (const one of [page, guest]) one.on('pageerror', (error) => errors.push(error.message));
  await guest.goto(station.url);
  await page.goto(`${station.url}/staff`);
  await page.locator('.pad').waitFor();
  await page.keyboard.type('2468');
  await page.keyboard.press('Enter');
  await page.locator('#tabs button').last().click();
  await playAll(tests, { page, guest, station }, tell);
  tell('no script error at a station with a ticketing server', errors);
  await context.close();
}

export const serverStation = ({ browser, build, report }) =>
  withStation('server_child.py', { build, report }, (station, tell) => play(browser, station, tell));
