/**
 * What a person waits for: a page that stays open shows what was loaded, by whomever, without being loaded again.
 * The tests go on from each other: the workspace is empty at first.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  found,
  launch,
  PATIENCE,
  room,
  settled,
  showPaths,
  signedIn,
  storedSession,
  view,
} from '../browser/_browser.mjs';
import { analyse, beginLoad, file, line, loadByCommand, reached } from './_server.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens a page, marks it, runs the work, and makes sure that it is still the same page. */
async function stay(work, through = null) {
  const { context, page, faults, strangers } = await signedIn(browser, { session: storedSession() });
  try {
    if (through) {
      await context.addCookies([through.cookie]);
      await page.goto(`${through.origin}/#/graph`);
    }
    await page.evaluate(() => (window.__same = true));
    await room(page, 'Data');
    await settled(page);
    await work(page);
    assert.ok(await page.evaluate(() => window.__same), 'the page was loaded again');
    const own = (text) => !through || !text.startsWith(through.origin);
    assert.deepEqual(strangers.filter(own), [], 'a request left the server');
    const isCut = (text) => through && /ERR_(CONNECTION|EMPTY|NETWORK|INCOMPLETE|SOCKET)/.test(text);
    assert.deepEqual(
      faults.filter((text) => !isCut(text)),
      [],
      'the page reported faults',
    );
  } finally {
    await context.close();
  }
}

const jobs = (page) => page.locator('.work li');
const newest = (page) => jobs(page).first();
const send = (page, name) => page.getByLabel('Files to load').setInputFiles(file(name));

/** Waits until the newest job that is listed has a title and a state. */
async function listed(page, title, state) {
  await newest(page).filter({ hasText: title }).locator('.chip', { hasText: state }).waitFor();
}

async function counts(page) {
  const texts = (await page.locator('.loaded').allInnerTexts()).join();
  return Object.fromEntries(
    [...texts.matchAll(/(\w+)\s+([\d,]+)/g)].map((m) => [m[1], Number(m[2].replace(/,/g, ''))]),
  );
}

/** Waits until a kind is counted so often. */
const counted = (page, kind, n) =>
  page.waitForFunction(
    ([name, wanted]) =>
      [...document.querySelectorAll('.loaded dt')].some(
        (dt) => dt.textContent === name && dt.nextElementSibling.textContent === wanted,
      ),
    [kind, String(n)],
    { timeout: PATIENCE },
  );

async function type(page, text) {
  await page.getByRole('combobox', { name: /^Search/ }).fill(text);
  await found(page, text);
}

const hits = (page) => page.locator('.hit .label').allInnerTexts();
const toast = (page, pattern) => page.locator('.toast').filter({ hasText: pattern }).waitFor();

test('what is sent is there when the job is done: the counts, the names and the path', () =>
  stay(async (page) => {
    await page.getByRole('heading', { name: 'Drop logs here' }).waitFor();
    assert.deepEqual(await counts(page), {});
    await type(page, 'machine:b');
    assert.deepEqual(await hits(page), []);
    await send(page, 'first.json');
    await listed(page, 'load first.json', 'done');
    assert.match(await newest(page).innerText(), /9 events loaded/);
    await toast(page, /load first\.json: done – 9 events loaded/);
    await counted(page, 'Machine', 3);
    assert.equal((await counts(page)).User, 2);
    await room(page, 'Graph');
    await page.locator('.start .facts').filter({ hasText: '9 events · 3 machines · 2 accounts' }).waitFor();
    // The search that found nothing is asked again by itself.
    await page.waitForFunction(() => document.querySelector('.hit .label')?.textContent === 'bravo');
    await type(page, 'charlie');
    assert.ok((await hits(page)).includes('charlie'));
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Paths', exact: true }).click();
    await showPaths(page);
    assert.match(await page.locator('.paths ol li').first().innerText(), /alpha[\s\S]*bravo[\s\S]*charlie/i);
  }));

test('a load by the command line appears in every part of an open page', () =>
  stay(async (page) => {
    await room(page, 'Graph');
    await page.getByRole('tab', { name: 'Paths', exact: true }).click();
    await showPaths(page);
    await view(page, 'Table');
    const rows = () => page.locator('.tables table').last().locator('tbody tr').allInnerTexts();
    const direct = (text) => /alpha\s+remote logon\s+charlie/i.test(text.replace(/\s+/g, ' '));
    assert.equal((await rows()).length, 2, 'both hops of the path');
    assert.ok(!(await rows()).some(direct));
    await page.locator('.tables').getByRole('button', { name: 'charlie' }).first().click();
    await settled(page);
    await type(page, 'machine:delta');
    assert.deepEqual(await hits(page), []);
    const searched = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/paths') && answer.ok());
    await loadByCommand('second.json');
    await toast(page, /^2 more events are loaded/);
    await page.waitForFunction(() => document.querySelector('.hit .label')?.textContent === 'delta');
    await searched;
    await settled(page);
    // The new logon between two machines of the picture is drawn.
    await page
      .locator('.tables table')
      .last()
      .locator('tbody tr')
      .filter({ hasText: /alpha\s*remote logon\s*charlie/i })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await room(page, 'Data');
    await counted(page, 'Machine', 4);
    assert.equal(await jobs(page).filter({ hasText: 'second' }).count(), 0, 'it was no job of the server');
    await room(page, 'Graph');
    await page
      .locator('.panel .counts')
      .filter({ hasText: /remote logon[\s\S]*delta|remote logon/i })
      .first()
      .waitFor();
  }));

test('a job that somebody else began is followed, and one that fails says why', () =>
  stay(async (page) => {
    // What has ended before the list came is no news; so the list comes first.
    await listed(page, 'load first.json', 'done');
    await analyse('measures', { limit: 1 });
    await listed(page, 'measures', 'failed');
    await newest(page).locator('.notice.error').waitFor();
    assert.match(await newest(page).locator('.notice.error').innerText(), /limit|larger|more than/i);
    await page.locator('.toast.error').waitFor();
  }));

test('a file that is no log is named, and the load says that nothing came of it', () =>
  stay(async (page) => {
    await send(page, 'picture.png');
    await listed(page, 'load picture.png', 'done');
    assert.match(await newest(page).innerText(), /1 file could not be read/);
    await newest(page).getByText('1 warning').click();
    assert.match(await newest(page).innerText(), /picture\.png/);
  }));

test('a running job and a waiting one are cancelled', () =>
  stay(async (page) => {
    await send(page, 'many.json');
    await listed(page, 'load many.json', 'running');
    const bar = await page.locator('.top').evaluate((one) => [one.scrollWidth, one.clientWidth]);
    assert.ok(bar[0] <= bar[1], 'all of the bar has room while work runs');
    await send(page, 'echo.json');
    await listed(page, 'load echo.json', 'waiting');
    await page.getByRole('button', { name: 'Cancel load echo.json' }).click();
    await listed(page, 'load echo.json', 'cancelled');
    await page.getByRole('button', { name: 'Cancel load many.json' }).click();
    const many = jobs(page).filter({ hasText: 'load many.json' });
    await many.locator('.chip', { hasText: 'cancelled' }).waitFor();
    assert.equal(await many.locator('progress').count(), 0);
    assert.equal(await page.getByRole('button', { name: /^Cancel load/ }).count(), 0);
    await counted(page, 'Machine', 4);
  }));

test('a connection that breaks while a job runs comes back with its end, and no rate is made up on the way', async () => {
  const through = await line();
  try {
    await stay(async (page) => {
      const job = await beginLoad('many.json');
      await listed(page, 'load many.json', 'running');
      const shown = await newest(page).locator('p').first().innerText();
      assert.doesNotMatch(shown, /\b\d+ ms left|\d{2},\d{3},\d{3}/);
      through.cut();
      await page.getByText('The server doesn’t answer; trying again').waitFor();
      assert.equal((await reached(job.id, 'succeeded', 'failed', 'cancelled')).state, 'succeeded');
      assert.equal(await newest(page).locator('.chip').innerText(), 'running', 'the page cannot know yet');
      through.mend();
      await listed(page, 'load many.json', 'done');
      await counted(page, 'Machine', 5);
      assert.equal(await page.getByText('The server doesn’t answer').count(), 0);
      await type(page, 'machine:yankee');
      assert.deepEqual(await hits(page), ['yankee']);
    }, through);
  } finally {
    through.close();
  }
});

test('a load that began and ended while the line was cut is shown when it is back', async () => {
  const through = await line();
  try {
    await stay(async (page) => {
      through.cut();
      await page.getByText('The server doesn’t answer; trying again').waitFor();
      const job = await beginLoad('foxtrot.json');
      await reached(job.id, 'succeeded');
      await loadByCommand('golf.json');
      through.mend();
      await listed(page, 'load foxtrot.json', 'done');
      await counted(page, 'Machine', 7);
      for (const name of ['foxtrot', 'golf']) {
        await type(page, `machine:${name}`);
        assert.deepEqual(await hits(page), [name]);
      }
    }, through);
  } finally {
    through.close();
  }
});

test('a page that was out of sight is up to date when it is looked at again', () =>
  stay(async (page) => {
    const hide = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await hide(true);
    const job = await beginLoad('echo.json');
    await reached(job.id, 'succeeded');
    assert.equal(
      await jobs(page).filter({ hasText: 'echo.json' }).locator('.chip', { hasText: 'done' }).count(),
      0,
    );
    await hide(false);
    await listed(page, 'load echo.json', 'done');
    await counted(page, 'Machine', 8);
  }));
