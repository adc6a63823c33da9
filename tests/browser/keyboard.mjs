// Search and compare with the keyboard alone, on a small screen, with scripts on and off, and no
// page may break its own policy or be wider than the screen.
// usage: node keyboard.mjs URL TOOLS
import { KINDS, address, check, launch } from './open.mjs';

const TABS_MAX = 400;

// Presses Tab until `matches` holds for what has the focus.
async function tabTo(page, what, matches) {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const { tagName, name, value, textContent, href, type } = document.activeElement;
      const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
      const seen = outlineStyle !== 'none' || boxShadow !== 'none';
      return { tagName, name, value, text: (textContent ?? '').trim().slice(0, 80), href, type, seen };
    });
    if (matches(here)) {
      check(here.seen, `the focus on ${what} is not visible`);
      return here;
    }
  }
  throw new Error(`${what} cannot be reached by Tab on ${page.url()}`);
}

async function search(page) {
  await page.goto(address('/'));
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => document.activeElement.textContent);
  check(skip.startsWith('Skip'), `the first stop is "${skip}"`);
  await page.keyboard.press('Enter');
  await tabTo(page, 'the search box', (here) => here.name === 'q');
  await page.keyboard.type('dovcot');
  await Promise.all([page.waitForURL(/\/search\?/), page.keyboard.press('Enter')]);
  await tabTo(page, 'the first hit', (here) => here.tagName === 'A' && here.href.endsWith('/products/dovecot'));
  await Promise.all([page.waitForURL(/\/products\/dovecot$/), page.keyboard.press('Enter')]);
  check((await page.locator('h1').innerText()).startsWith('Dovecot'), 'the page of Dovecot');
}

async function compare(page) {
  await page.goto(address('/compare'));
  for (const product of ['exim', 'postfix']) {
    await tabTo(page, product, (here) => here.type === 'checkbox' && here.value === product);
    await page.keyboard.press('Space');
  }
  await tabTo(page, 'the button', (here) => here.tagName === 'BUTTON' && here.text === 'Compare');
  await Promise.all([page.waitForURL(/p=exim/), page.keyboard.press('Enter')]);
  const heads = await page.locator('thead th[scope=col]').allInnerTexts();
  check(heads.some((text) => text.includes('Exim')) && heads.some((text) => text.includes('Postfix')), `columns ${heads}`);
  await tabTo(page, 'a cell', (here) => here.tagName === 'A' && /\/products\/(exim|postfix)\/evidence#/.test(here.href));
  await Promise.all([page.waitForURL(/evidence#/), page.keyboard.press('Enter')]);
}

const browser = await launch();
for (const javaScriptEnabled of [true, false]) {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address('/'))) complaints.push(`${page.url()} asks ${request.url()}`);
  });
  await search(page);
  await compare(page);
  for (const path of KINDS) {
    await page.goto(address(path));
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(wide <= screen, `${path} is ${wide} pixels wide on a screen of ${screen}`);
  }
  check(complaints.length === 0, complaints.join('\n'));
  await context.close();
}
await browser.close();
console.log('search and compare by keyboard alone, scripts on and off');
