/** Signing in and out, and what each role is offered. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { address, launch, PATIENCE, room, settled, showPaths } from './_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const origin = new URL(address).origin;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function visit(work, theme = 'light') {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const strangers = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      strangers.push(request.url());
  });
  await page.goto(`${origin}/#/graph`);
  await work(page, context);
  assert.deepEqual(strangers, []);
  await context.close();
}

async function signIn(page, name, password = process.env.GRAPHHUNT_PASSWORD) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a stranger sees a form and nothing else; a wrong password says so', () =>
  visit(async (page) => {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.autocomplete), 'username');
    await signIn(page, 'ana', 'not the password');
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /name or the password is wrong/);
    assert.equal(await page.getByLabel('Password').inputValue(), '');
    const status = await page.evaluate(() => fetch('./api/v1/status').then((answer) => answer.status));
    assert.equal(status, 401);
  }));

for (const theme of ['light', 'dark'])
  test(`axe finds nothing serious in the form, ${theme}`, () =>
    visit(async (page) => {
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document));
      const grave = found.violations.filter((item) => ['serious', 'critical'].includes(item.impact));
      assert.deepEqual(
        grave.map((item) => `${item.id} ${item.nodes[0].target}`),
        [],
      );
    }, theme));

test('an analyst signs in, hunts, and signs out; the session is over', () =>
  visit(async (page, context) => {
    await signIn(page, 'ana');
    await page.getByRole('button', { name: /Sign out\s*ana/ }).waitFor();
    const cookie = (await context.cookies())[0];
    assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
    await settled(page);
    await showPaths(page);
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.addCookies([cookie]);
    const status = await page.evaluate(() => fetch('./api/v1/status').then((answer) => answer.status));
    assert.equal(status, 401, 'the old cookie is worth nothing');
  }));

test('signing in leads where the address pointed', () =>
  visit(async (page) => {
    const state = JSON.stringify({ nodes: ['Machine:bravo'], selection: 'Machine:bravo' });
    await page.goto(`${origin}/#s=${encodeURIComponent(state)}`);
    await signIn(page, 'ana');
    await page.waitForFunction(() => document.querySelector('.panel h2')?.textContent === 'bravo');
  }));

test('a reader reads and is not offered to write or load', () =>
  visit(async (page) => {
    const state = JSON.stringify({ nodes: ['Machine:bravo'], selection: 'Machine:bravo' });
    await page.goto(`${origin}/#s=${encodeURIComponent(state)}`);
    await signIn(page, 'rex');
    await page.getByRole('button', { name: 'malicious' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'malicious' }).isDisabled(), true);
    await room(page, 'Data');
    await page.getByText('This account may not load anything').waitFor();
    assert.equal(await page.locator('input[type=file]').count(), 0);
    const status = await page.evaluate(() =>
      fetch('./api/v1/cases', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"title":"x"}',
      }).then((answer) => answer.status),
    );
    assert.equal(status, 403, 'the server refuses it too');
  }));

test('a loader is led to loading and reads nothing', () =>
  visit(async (page) => {
    await signIn(page, 'lou');
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Choose files' }).isDisabled(), false);
    assert.equal(await page.locator('.toast.error').count(), 0);
    const status = await page.evaluate(() => fetch('./api/v1/status').then((answer) => answer.status));
    assert.equal(status, 403);
  }));

test('an admin adds a person, shuts them out, and reads in the log what happened', () =>
  visit(async (page, context) => {
    const [name, value] = process.env.GRAPHHUNT_COOKIE.split('=', 2);
    await context.addCookies([{ name, value, domain: '127.0.0.1', path: '/' }]);
    await page.reload();
    await settled(page);
    await page.getByRole('tab', { name: 'Access' }).click();
    await page.getByText('Add a person').click();
    const person = `eve${Date.now() % 100_000}`;
    await page.getByLabel('Name', { exact: true }).fill(person);
    await page.getByLabel('Password').fill(process.env.GRAPHHUNT_PASSWORD);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel(`Role of ${person}`).waitFor();
    const trial = (status) =>
      fetch(`${origin}/api/v1/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: person, password: process.env.GRAPHHUNT_PASSWORD }),
      }).then((answer) => assert.equal(answer.status, status));
    await trial(200);
    const row = page.locator('.access li.line', { hasText: person });
    await row.getByRole('button', { name: 'Shut out' }).click();
    await row.getByRole('button', { name: 'Let in' }).waitFor();
    await trial(401);
    await page.getByText('Audit log').click();
    await page.locator('.log', { hasText: 'addUser 201' }).waitFor();
    assert.match(await page.locator('.log').innerText(), /editUser 200/);
    page.once('dialog', (dialog) => dialog.accept());
    await row.getByRole('button', { name: `Remove ${person}` }).click();
    await row.waitFor({ state: 'detached' });
  }));

test('a token made in the page works for a script, until it is revoked', () =>
  visit(async (page) => {
    await signIn(page, 'ana');
    await page.getByRole('button', { name: /Sign out/ }).waitFor();
    await settled(page);
    await page.getByRole('tab', { name: 'Access' }).click();
    assert.equal(await page.getByText('Audit log').count(), 0, 'only an admin sees the log');
    await page.getByText('Make a token').click();
    await page.getByLabel('What for').fill('a script');
    await page.getByRole('button', { name: 'Make it' }).click();
    const token = await page.getByTestId('token').innerText();
    const ask = () =>
      fetch(`${origin}/api/v1/status`, { headers: { Authorization: `Bearer ${token}` } }).then(
        (answer) => answer.status,
      );
    assert.equal(await ask(), 200);
    await page.getByRole('button', { name: 'Revoke the token a script' }).first().click();
    await page.getByText('revoked').first().waitFor();
    assert.equal(await ask(), 401);
  }));
