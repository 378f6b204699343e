/** The report on a real intrusion: added to from everywhere, written in, taken back, and saved as it was read. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { address, launch, settled, storedSession, visitWith } from '../browser/_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WORDS = 'The client’s own words: call <b>Ana</b> first.';
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const added = (page) => page.getByRole('region', { name: /^Added by analysts/ });
const toast = (page) => page.locator('.toast', { hasText: 'Added to the report' }).first().waitFor();

/** What the server says, asked from beside the page. */
async function told(path) {
  const { name, value } = storedSession();
  const headers = { cookie: `${name}=${value}`, 'sec-fetch-site': 'same-origin' };
  return (await fetch(`${new URL(address).origin}/api/v1${path}`, { headers })).json();
}

test('the saved file is what was read, prints on A4 and gives nothing away', () =>
  visitWith(
    browser,
    async (page, context) => {
      await added(page).waitFor();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Save the report' }).click(),
      ]);
      const kept = `${await file.path()}.html`;
      await file.saveAs(kept);
      const written = await readFile(kept, 'utf8');
      const saved = await context.browser().newContext({ offline: true, javaScriptEnabled: false });
      const reader = await saved.newPage();
      const asked = [];
      reader.on('request', (request) => asked.push(request.url()));
      await reader.goto(pathToFileURL(kept).href);
      const text = (await reader.locator('body').innerText()).replace(/\s+/g, ' ');
      const incident = page.url().match(/report\/([^?]+)/)[1];
      const draft = await told(`/reports/incident/${incident}/draft`);
      for (const row of draft.timeline)
        for (const said of row.said) assert.ok(text.includes(said.replace(/\s+/g, ' ')), said);
      for (const part of ['happened', 'reach', 'first']) assert.ok(text.includes(draft.summary[part].text));
      assert.equal(asked.length, 1, 'the report asks for nothing but itself');
      const { GRAPHHUNT_WORKSPACE: folder } = process.env;
      for (const secret of [folder, folder.split('/').slice(0, -1).join('/')])
        assert.ok(!written.includes(secret), 'a folder is in it');
      assert.ok(!/[/:]rc4:[0-9a-f]{9}/i.test(written), 'a hash is in it');

      await reader.emulateMedia({ media: 'print' });
      await reader.setViewportSize({ width: 703, height: 1000 }); // A4 without its margins, at 96 dots an inch
      const broken = await reader.evaluate(() => {
        const found = [];
        for (const cell of document.querySelectorAll('td')) {
          if (cell.scrollWidth > cell.clientWidth + 1) found.push(`too wide: ${cell.innerText.slice(0, 60)}`);
          const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode());)
            for (const match of node.data.matchAll(/[\p{L}\p{N}]+/gu)) {
              const range = document.createRange();
              range.setStart(node, match.index);
              range.setEnd(node, match.index + match[0].length);
              if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1)
                found.push(match[0]);
            }
        }
        return found;
      });
      assert.deepEqual(broken, [], 'words are broken inside cells');
      const printed = (await reader.pdf({ preferCSSPageSize: true })).toString('latin1');
      assert.ok(printed.match(/\/Type\s*\/Page[^s]/g).length <= 4, 'it prints on four pages');
      await saved.close();
    },
    { at: '#/report' },
  ));

test('an act, a record and a search are added, ordered and taken out, and each change is undone', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.blind').waitFor();
      await page.locator('button.card', { hasText: 'net.exe' }).click();
      const panel = page.getByRole('complementary', { name: 'Act' });
      await panel.getByRole('button', { name: 'To the report' }).click();
      await toast(page);
      await page.goto(
        `${page.url().split('#')[0]}#/events?q=${encodeURIComponent('pgustavo 4697 host:WORKSTATION6')}`,
      );
      await page.locator('.row', { hasText: 'Security/4697' }).first().click();
      await page.keyboard.press('Enter');
      const pane = page.getByRole('region', { name: 'Record', exact: true });
      await pane.getByRole('button', { name: 'To the report' }).click();
      await pane.getByRole('button', { name: 'Close the record' }).click();
      await page.locator('.save summary').click();
      await page.locator('.save').getByRole('button', { name: 'To the report' }).click();
      await settled(page);
      await page.getByRole('link', { name: 'Report', exact: true }).click();
      await added(page).getByRole('listitem').nth(2).waitFor();
      const kinds = () => added(page).locator('li .chip').allInnerTexts();
      assert.deepEqual(await kinds(), ['Act', 'Record', 'Search']);
      assert.match(
        await added(page).getByRole('listitem').nth(2).innerText(),
        /2 records of [\d,]+ records match/,
      );
      await added(page).getByRole('button', { name: 'Move item 3 up' }).click();
      await settled(page);
      assert.deepEqual(await kinds(), ['Act', 'Search', 'Record']);
      await added(page).getByRole('button', { name: 'Take item 1 out' }).click();
      await settled(page);
      assert.deepEqual(await kinds(), ['Search', 'Record']);
      await added(page).getByRole('button', { name: 'Undo the last change' }).click();
      await settled(page);
      assert.deepEqual(await kinds(), ['Act', 'Search', 'Record']);
      await added(page).getByRole('button', { name: 'Record E' }).first().click();
      await page.locator('aside pre').first().waitFor();
    },
    { at: '#/incidents' },
  ));

test('words of an analyst stand apart, and the ones before come back', () =>
  visitWith(
    browser,
    async (page) => {
      const sum = page.getByRole('region', { name: 'Summary' });
      await sum.getByRole('button', { name: 'Edit: What to do first' }).click();
      const field = sum.getByRole('textbox', { name: 'What to do first' });
      const generated = await field.inputValue();
      assert.match(generated, /Treat the passwords of/);
      await field.fill(WORDS);
      await sum.getByRole('button', { name: 'Save' }).click();
      await sum.locator('blockquote').waitFor();
      assert.ok((await sum.locator('blockquote').innerText()).startsWith(WORDS));
      await sum.getByText('What is written from the records').click();
      assert.ok((await sum.locator('details').innerText()).includes(generated));
      await page.getByRole('button', { name: 'Add a note: note on the timeline' }).click();
      await page.getByRole('textbox', { name: 'note on the timeline' }).fill('Clocks were checked.');
      await page.keyboard.press('Control+Enter');
      await page.locator('blockquote', { hasText: 'Clocks were checked.' }).waitFor();
      await page.getByRole('button', { name: 'Undo: note on the timeline' }).click();
      await page.locator('blockquote', { hasText: 'Clocks were checked.' }).waitFor({ state: 'detached' });
      const incident = page.url().match(/report\/([^?]+)/)[1];
      const { summary, added: items } = await told(`/reports/incident/${incident}?format=json`);
      assert.equal(summary.first.text, WORDS);
      assert.deepEqual(
        items.map((item) => item.kind),
        ['act', 'search', 'record'],
      );
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document));
      const grave = found.violations.filter((item) => ['serious', 'critical'].includes(item.impact));
      assert.deepEqual(
        grave.map((item) => `${item.id} ${item.nodes[0].target}`),
        [],
      );
    },
    { at: '#/report' },
  ));
