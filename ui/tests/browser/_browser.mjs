/** Starts Debian's Chromium for the tests and signs in; every request that leaves the server is remembered. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const PATHS = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export const executable = PATHS.find((path) => path && existsSync(path));

/** Address of the server with its one-time token, from whoever started it. */
export const address = process.env.GRAPHHUNT_URL ?? '';

/** How long a busy machine may take for one step, milliseconds. */
export const PATIENCE = 120_000;

export function launch() {
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-component-update'],
  });
}

/** A browser context that is signed in; `at` is the fragment; `strangers` lists requests to other hosts, `faults` what went wrong. */
export async function signedIn(
  browser,
  { theme = 'light', width = 1280, height = 800, session, at = '#/graph' } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  const origin = new URL(address).origin;
  const strangers = [];
  const faults = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      strangers.push(request.url());
  });
  if (session) await context.addCookies([session]);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(session ? `${origin}/${at}` : address);
  await page.waitForSelector('.brand');
  return { context, page, origin, strangers, faults };
}

/** The session cookie of a context, to sign in further ones: the link works once. */
export async function sessionOf(context) {
  const cookies = await context.cookies();
  return cookies.find((cookie) => cookie.name.startsWith('graphhunt_'));
}

/** Waits until nothing is being fetched or laid out, and the page has shown it. */
export async function settled(page) {
  for (let quiet = 0; quiet < 2; quiet += 1) {
    await page.waitForFunction(() => !Number(document.documentElement.dataset.busy), null, {
      timeout: PATIENCE,
    });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
  }
}

/** The session that the server's starter made for tests which don't try the link itself. */
export function storedSession() {
  const [name, value] = (process.env.GRAPHHUNT_COOKIE ?? '=').split('=', 2);
  return { name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Strict' };
}

/** Opens a page of its own, runs the work and checks that nothing went wrong or out on the way. */
export async function visitWith(browser, work, options = {}) {
  const { context, page, strangers, faults } = await signedIn(browser, {
    session: storedSession(),
    ...options,
  });
  try {
    await settled(page);
    await work(page, context);
    assert.deepEqual(strangers, [], 'a request left the server');
    assert.deepEqual(
      faults.filter((text) => !options.expected?.test(text)),
      [],
      'the page reported faults',
    );
  } finally {
    await context.close();
  }
}

/** The hash of the state on screen. */
export const hash = (page) => page.evaluate(() => document.documentElement.dataset.state);

/** Opens a room by the bar. */
export const room = (page, name) =>
  page
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();

export const view = (page, name) => page.getByRole('tab', { name }).click();

/** Searches and takes the first hit, of one kind if it is given. */
export async function search(page, text, kind = '') {
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await found(page, text);
  const hit = kind
    ? page.locator(`[role=group][aria-label="${kind}"] .hit`).first()
    : page.locator('.hit').first();
  await hit.click();
  await settled(page);
}

/** Waits until the results on screen are those of the text. */
export async function found(page, text) {
  await page.waitForFunction(
    (wanted) =>
      document.querySelector('.hits:not([hidden])')?.dataset.asked === wanted &&
      document.querySelector('input[role=combobox]').value === wanted,
    text,
  );
  await settled(page);
}

export async function showPaths(page) {
  await page.getByRole('button', { name: 'Show attack paths' }).last().click();
  await page.waitForSelector('.paths ol li');
  await settled(page);
}

/** Exports and gives the file's text. */
export async function saved(page, what) {
  await page.locator('.export summary').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: what }).click(),
  ]);
  return readFile(await file.path(), 'utf8');
}
