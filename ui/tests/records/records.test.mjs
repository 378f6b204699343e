/** A record is shown, copied and saved as it was loaded, whatever a parser would make of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launch, settled, showPaths, view, visitWith } from '../browser/_browser.mjs';

const RECORD = process.env.GRAPHHUNT_RECORD;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function opened(page) {
  await showPaths(page);
  const article = page.locator('.panel article').filter({ hasText: '9223372036854775807' }).first();
  await article.waitFor();
  return article;
}

const text = (article) => article.locator('pre').evaluate((pre) => pre.textContent);

test('numbers of 64 bits, keys that stand twice, escapes and the order of keys are shown as they are', () =>
  visitWith(browser, async (page) => {
    const article = await opened(page);
    const lines = (await text(article)).split('\n').map((row) => row.trim());
    for (const row of [
      '"EventID": 4624,',
      '"Keywords": -9214364837600034816,',
      '"Ratio": 1.50e+007,',
      '"Big": 1e400,',
      '"Empty": {},',
      '"Note": "\\u202egnp.exe \\ud800 \\/",',
      '"Note": "twice",',
    ])
      assert.equal(lines.filter((other) => other === row).length, 1, row);
    assert.equal(lines.filter((row) => row === '"RecordNumber": 9223372036854775807,').length, 2);
    assert.deepEqual(lines.slice(lines.indexOf('"Zeros": ['), lines.indexOf('"Zeros": [') + 5), [
      '"Zeros": [',
      '0.10,',
      '-0,',
      '1.0',
      '],',
    ]);
    // Without what the layout put between the values, every sign is there.
    assert.equal((await text(article)).replace(/\s/g, ''), RECORD.replace(/\s/g, ''));
    await page.getByLabel('lay out JSON').uncheck();
    assert.equal(await text(article), RECORD);
  }));

test('hidden characters are seen, and are what is copied', () =>
  visitWith(browser, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const article = await opened(page);
    const codes = () =>
      article.locator('pre .hidden').evaluateAll((all) => all.map((one) => one.dataset.code));
    assert.deepEqual(await codes(), ['U+202E', 'U+2066', 'U+200B']);
    const shown = await article
      .locator('pre .hidden')
      .first()
      .evaluate((one) => getComputedStyle(one, '::before').content);
    assert.equal(shown, '"U+202E"');
    await article.getByRole('button', { name: 'Copy this record' }).click();
    await page.locator('.toast').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), RECORD);
    await page.getByLabel('lay out JSON').uncheck();
    await article.locator('pre').evaluate((pre) => window.getSelection().selectAllChildren(pre));
    await page.keyboard.press('Control+C');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), RECORD);
  }));

test('what is saved are the bytes of the record', () =>
  visitWith(browser, async (page) => {
    const article = await opened(page);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      article.getByRole('button', { name: 'Save this record' }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^record-[0-9a-f]{32}\.txt$/);
    assert.deepEqual(await readFile(await file.path()), Buffer.from(RECORD, 'utf8'));
  }));

test('long numbers of the graph and of a query are shown digit by digit', () =>
  visitWith(browser, async (page) => {
    await view(page, 'Query');
    await page
      .getByLabel('Cypher, read-only')
      .fill(
        'MATCH (m:Machine) RETURN 9223372036854775807 AS most, -9223372036854775808 AS least, 9007199254740993 AS odd LIMIT 1',
      );
    await page.keyboard.press('Control+Enter');
    await page.locator('.query tbody td').first().waitFor();
    await settled(page);
    assert.deepEqual(await page.locator('.query tbody td').allInnerTexts(), [
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
    ]);
  }));

test('the room of events shows hidden characters of a field, and copies the record as it was loaded', () =>
  visitWith(
    browser,
    async (page, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const row = page.locator('.row').first();
      await row.waitFor();
      await row.click();
      await page.keyboard.press('Enter');
      const pane = page.getByRole('region', { name: 'Record', exact: true });
      await pane.locator('pre').waitFor();
      const codes = await pane.locator('dd .hidden').evaluateAll((all) => all.map((one) => one.dataset.code));
      assert.ok(codes.includes('U+202E'), String(codes));
      await pane.getByRole('button', { name: 'Copy' }).click();
      await page.locator('.toast').waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), RECORD);
    },
    {
      at: `#/events?q=${encodeURIComponent('Keywords:-9214364837600034816 RecordNumber:9223372036854775807')}`,
    },
  ));
