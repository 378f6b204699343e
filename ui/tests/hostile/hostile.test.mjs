/** Sixty payloads in every field that the workspace shows: all of it stays text, in every view, panel and file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  found,
  launch,
  saved,
  search,
  settled,
  signedIn,
  storedSession,
  view,
} from '../browser/_browser.mjs';
import { unharmed } from '../browser/_unharmed.mjs';

const PAYLOADS = JSON.parse(process.env.GRAPHHUNT_PAYLOADS ?? '[]');
const KINDS = [
  'Machine',
  'User',
  'Process',
  'File',
  'RegistryKey',
  'Domain',
  'Service',
  'ScheduledTask',
  'Share',
];
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function visit(work) {
  const { context, page, strangers, faults } = await signedIn(browser, { session: storedSession() });
  page.on('dialog', (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
  context.on('page', () => assert.fail('a page opened'));
  const address = new URL(page.url());
  await settled(page);
  await work(page);
  assert.equal(new URL(page.url()).pathname, address.pathname, 'a name led away');
  assert.deepEqual(strangers, [], 'a name fetched something');
  assert.deepEqual(
    faults.filter((text) => !/status of 4\d\d/.test(text)),
    [],
  );
  await context.close();
}

async function draw(page, kind) {
  await view(page, 'Query');
  await page.getByLabel('Cypher, read-only').fill(`MATCH (n:${kind}) RETURN n LIMIT 200`);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: /^Draw / }).waitFor();
  await settled(page);
  await unharmed(page, `rows of ${kind}`);
  await page.getByRole('button', { name: /^Draw / }).click();
  await settled(page);
}

test('there are sixty payloads', () => assert.ok(PAYLOADS.length >= 60));

for (const kind of KINDS) {
  test(`every ${kind} in graph, table, timeline and panel`, () =>
    visit(async (page) => {
      await draw(page, kind);
      await unharmed(page, `graph of ${kind}`);
      await view(page, 'Timeline');
      await settled(page);
      await unharmed(page, `timeline of ${kind}`);
      await view(page, 'Table');
      const names = page.locator('section').filter({ hasText: 'Entities' }).locator('tbody .cell');
      const rows = await names.count();
      assert.ok(rows >= 40, `${rows} rows`);
      // Every other row, odd ones of one kind and even ones of the next: each payload is seen in panels of several kinds.
      for (let at = KINDS.indexOf(kind) % 2; at < rows; at += 2) {
        await names.nth(at).click();
        if (at % 6 < 2) await settled(page);
      }
      await settled(page);
      await unharmed(page, `panels of ${kind}`);
      for (const name of ['Relations (CSV)', 'Graph (JSON)', 'Graph (GraphML)']) await saved(page, name);
    }));
}

/** The saved picture, read as XML: shapes and text only, nothing that runs or fetches. */
async function textOnly(page, svg) {
  const { names, attributes } = await page.evaluate((source) => {
    const elements = [...new DOMParser().parseFromString(source, 'image/svg+xml').querySelectorAll('*')];
    return {
      names: [...new Set(elements.map((element) => element.nodeName))],
      attributes: elements.flatMap((element) => element.getAttributeNames()),
    };
  }, svg);
  assert.ok(names.includes('svg') && names.includes('text'), 'a whole picture with text');
  const shapes = [
    'svg',
    'defs',
    'marker',
    'g',
    'rect',
    'circle',
    'path',
    'line',
    'polygon',
    'text',
    'tspan',
    'title',
  ];
  assert.deepEqual(
    names.filter((name) => !shapes.includes(name)),
    [],
    'a name became an element',
  );
  assert.deepEqual(
    attributes.filter((name) => /^on|href|^style$|^src$/i.test(name)),
    [],
    'a name became an attribute',
  );
}

test('edges, records and files of a machine full of payloads', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    for (const name of [/Expand ran Processes/, /Expand failed logon Users/, /Expand hosts Shares/]) {
      await page.getByRole('button', { name }).first().click();
      await settled(page);
    }
    await unharmed(page, 'neighbours');
    const svg = await saved(page, 'Picture (SVG)');
    await textOnly(page, svg);
    await view(page, 'Table');
    const relations = page.locator('section').filter({ hasText: 'Relations' }).locator('tbody .cell');
    for (let at = 0; at < Math.min(30, await relations.count()); at += 3) {
      await relations.nth(at).click();
      await settled(page);
      await page.locator('.panel pre').first().waitFor();
    }
    await unharmed(page, 'records');
    for (const line of (await saved(page, 'Relations (CSV)')).split('\r\n'))
      for (const cell of line.split(','))
        assert.ok(!/^"?[=+@]/.test(cell), `a spreadsheet would run ${cell}`);
  }));

test('process tree and menu', () =>
  visit(async (page) => {
    await search(page, 'process:powershell.exe', 'Processes');
    await page.getByRole('button', { name: 'Process tree', exact: true }).click();
    await page.locator('.tree ol li').first().waitFor();
    await unharmed(page, 'process tree');
    await page.getByRole('button', { name: 'As boxes' }).click();
    await page.locator('.tree svg .node').first().waitFor();
    await unharmed(page, 'process tree as boxes');
    await page.getByRole('button', { name: 'Draw in the graph' }).click();
    await settled(page);
    await page.locator('.brand').focus();
    await page.keyboard.press('e');
    await page.locator('[role=menuitem]').first().waitFor();
    await unharmed(page, 'menu');
  }));

test('stories, and processes as rows', () =>
  visit(async (page) => {
    const room = page.getByRole('link', { name: 'Hosts & accounts' });
    await room.click();
    await page.getByRole('region', { name: 'Machines' }).locator('tbody a').first().waitFor();
    await unharmed(page, 'hosts and accounts');
    for (const name of ['Machines', 'Accounts']) {
      await page.getByRole('region', { name }).locator('tbody a', { hasNotText: 'bravo' }).nth(2).click();
      await page.getByRole('region', { name: 'What ran' }).waitFor();
      await unharmed(page, `a story of ${name}`);
      await room.click();
    }
    await page.getByRole('link', { name: 'bravo', exact: true }).first().click();
    await page.getByRole('region', { name: 'What changed' }).waitFor();
    const more = page.getByRole('button', { name: /^All \d/ });
    for (let left = await more.count(); left > 0; left -= 1) await more.first().click();
    await unharmed(page, 'a whole story');
    await page.getByRole('tab', { name: 'Processes' }).click();
    await page.locator('.rows li').nth(30).waitFor();
    await unharmed(page, 'rows of processes');
  }));

test('every payload searched for, and every path', () =>
  visit(async (page) => {
    for (const text of PAYLOADS) {
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.press('Control+A');
      await page.keyboard.insertText(text);
      const typed = await page.locator('input[role=combobox]').inputValue();
      await found(page, typed);
    }
    await unharmed(page, 'search results');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('.brand').focus();
    await page.keyboard.press('a');
    await page.waitForSelector('.paths ol li');
    await settled(page);
    const listed = page.locator('.paths ol .path');
    for (let at = 0; at < (await listed.count()); at += 1) {
      await listed.nth(at).click();
      await settled(page);
    }
    await unharmed(page, 'paths');
  }));

test('what analysts write is text too', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    await page.getByRole('tab', { name: /^Case/ }).click();
    await page.getByLabel('Title of the new case').fill(PAYLOADS[0]);
    await page.getByRole('button', { name: 'Open it' }).click();
    await settled(page);
    for (const payload of PAYLOADS.filter((text) => text.trim()).slice(0, 30)) {
      await page.getByLabel('Add a tag').fill(payload.slice(0, 100));
      await page.keyboard.press('Enter');
      await settled(page);
      await page.getByRole('button', { name: 'Rename…' }).click();
      await page.getByLabel('Name in this case').fill(payload);
      await page.keyboard.press('Enter');
      await settled(page);
      await page.getByLabel('New note on the case').fill(payload);
      await page.locator('.compose').getByRole('button', { name: 'Add the note' }).last().click();
      await settled(page);
      await page.getByLabel('Name of the view').fill(payload);
      await page.getByRole('button', { name: 'Save view' }).click();
      await settled(page);
    }
    assert.ok((await page.locator('.case article').count()) >= 30);
    await unharmed(page, 'case');
    await page.reload();
    await settled(page);
    await unharmed(page, 'case after reload');
  }));

test('records in the room of events, and the report that they are added to', () =>
  visit(async (page) => {
    const origin = page.url().split('#')[0];
    await page.goto(`${origin}#/events?noise=1`);
    await page.locator('.row[data-id]').first().waitFor();
    await settled(page);
    await unharmed(page, 'events');
    for (const part of [0.25, 0.5, 0.75, 1]) {
      await page
        .locator('.region')
        .evaluate((region, at) => (region.scrollTop = region.scrollHeight * at), part);
      await settled(page);
      await unharmed(page, `events at ${part}`);
      await page.locator('.row[data-id]').nth(6).click();
      await page.keyboard.press('Enter');
      const pane = page.getByRole('region', { name: 'Record', exact: true });
      await pane.locator('pre').waitFor();
      await unharmed(page, `record at ${part}`);
      await pane.getByRole('button', { name: 'To the report' }).click();
      await settled(page);
      await pane.getByRole('button', { name: 'Close the record' }).click();
    }
    await page.getByRole('button', { name: 'by session' }).click();
    await page.locator('.row.group').first().waitFor();
    await settled(page);
    await unharmed(page, 'events by session');
    for (const payload of PAYLOADS.slice(0, 5)) {
      await page.getByLabel('Search records').fill(`"${payload.replaceAll('"', '""')}"`);
      await page.keyboard.press('Enter');
      await settled(page);
      await unharmed(page, `events with ${payload}`);
    }
    await page.getByRole('link', { name: 'Report', exact: true }).click();
    await page
      .getByRole('region', { name: /^Added by analysts/ })
      .getByRole('listitem')
      .nth(3)
      .waitFor();
    await settled(page);
    await unharmed(page, 'report');
  }));
