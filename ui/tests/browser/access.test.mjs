/** Every view in both themes: no serious or critical finding of axe. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, room, settled, signedIn, storedSession } from './_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function check(page, where) {
  const found = await page.evaluate(async (tags) => {
    const result = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return result.violations
      .filter((item) => item.impact === 'serious' || item.impact === 'critical')
      .map(
        (item) =>
          `${item.id}: ${item.nodes
            .map((node) => `${node.target} ${node.failureSummary}`)
            .slice(0, 4)
            .join(' | ')}`,
      );
  }, TAGS);
  assert.deepEqual(found, [], where);
}

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing serious, ${theme}`, async () => {
    const { context, page } = await signedIn(browser, { theme, session: storedSession() });
    await settled(page);
    await page.evaluate(axe);
    await check(page, 'start');
    await page.keyboard.press('a');
    await page.waitForSelector('.paths ol li');
    await page.locator('.panel pre').first().waitFor();
    await settled(page);
    await check(page, 'path and evidence');
    await page.getByRole('button', { name: 'Options' }).click();
    await page.getByRole('button', { name: 'Set a time window with the keyboard' }).click();
    await page.keyboard.press('Escape');
    await settled(page);
    await check(page, 'path options and time window');
    for (const view of ['Table', 'Timeline', 'Map', 'Compare', 'Query', 'Process tree']) {
      await page.getByRole('tab', { name: view }).click();
      await settled(page);
      await check(page, view);
    }
    await page.getByRole('tab', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.locator('.compare tbody td').first().waitFor();
    await settled(page);
    await check(page, 'differences');
    await page.getByRole('tab', { name: 'Query' }).click();
    await page.locator('#cypher').press('Control+Enter');
    await page.locator('.query tbody td').first().waitFor();
    await check(page, 'answer of a query');
    await page.getByRole('tab', { name: /^Case/ }).click();
    await settled(page);
    await check(page, 'case');
    await room(page, 'Data');
    await page.getByText('Run an analysis').click();
    await page.getByRole('heading', { name: 'Networks' }).waitFor();
    await settled(page);
    await check(page, 'data');
    await room(page, 'Graph');
    await page.getByRole('tab', { name: 'Access' }).click();
    for (const part of ['Make a token', 'Add a person', 'Audit log']) await page.getByText(part).click();
    await settled(page);
    await check(page, 'access');
    await page.getByRole('tab', { name: 'Paths', exact: true }).click();
    await page.getByRole('tab', { name: 'Graph' }).click();
    await page.getByRole('button', { name: 'Play the attack' }).click();
    await page.getByTestId('step').waitFor();
    await check(page, 'play');
    await page.getByRole('button', { name: 'Whole path' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('bravo');
    await page.waitForSelector('.hit');
    await check(page, 'search results');
    await page.keyboard.press('Enter');
    await settled(page);
    await check(page, 'entity');
    await page.getByRole('button', { name: 'Note…' }).click();
    await page.getByRole('button', { name: 'Rename…' }).click();
    await page.getByRole('button', { name: 'malicious' }).click();
    await settled(page);
    await check(page, 'verdict and note');
    await page.locator('.brand').focus();
    await page.keyboard.press('e');
    await page.waitForSelector('[role=menuitem]');
    await check(page, 'menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await check(page, 'help');
    await context.close();
  });
}
