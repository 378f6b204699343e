/** Starts Debian's Chromium for the tests and signs in; every request that leaves the server is remembered. */
import { existsSync } from 'node:fs';
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

export function launch() {
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-component-update'],
  });
}

/** A browser context that is signed in; `strangers` lists requests to other hosts, `faults` what went wrong. */
export async function signedIn(browser, { theme = 'light', width = 1280, height = 800, session } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
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
  await page.goto(session ? `${origin}/` : address);
  await page.waitForSelector('.brand');
  return { context, page, origin, strangers, faults };
}

/** The session cookie of a context, to sign in further ones: the link works once. */
export async function sessionOf(context) {
  const cookies = await context.cookies();
  return cookies.find((cookie) => cookie.name.startsWith('graphhunt_'));
}

/** Waits until no work is shown and the graph has been placed. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.working'), null, { timeout: 20_000 });
  await page.waitForTimeout(350);
}

/** The session that the server's starter made for tests which don't try the link itself. */
export function storedSession() {
  const [name, value] = (process.env.GRAPHHUNT_COOKIE ?? '=').split('=', 2);
  return { name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Strict' };
}
