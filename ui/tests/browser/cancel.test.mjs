/** What takes long can be called off: the request ends, nothing else changes, and it can be asked for again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hash, launch, search, settled, showPaths, view, visitWith } from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());
const visit = (work, options) => visitWith(browser, work, options);

/** Lets requests to an address hang until the page gives them up; tells when it did. */
async function hanging(page, address) {
  const pattern = `**/api/v1/**${address}**`;
  const given = page.waitForEvent('requestfailed', (request) => request.url().includes(address));
  await page.route(pattern, () => undefined);
  return async () => {
    assert.match((await given).failure().errorText, /ABORTED/i);
    await page.unroute(pattern);
  };
}

const reading = (page) => page.getByRole('button', { name: 'Cancel reading' });

test('expanding is called off, and works when asked for again', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    const state = await hash(page);
    const over = await hanging(page, '/neighbors');
    const expand = page.locator('.panel .counts .expand').first();
    await expand.click();
    await reading(page).click();
    await over();
    await settled(page);
    assert.equal(await hash(page), state);
    assert.match(await page.locator('.toast').innerText(), /Cancelled/);
    assert.equal(await reading(page).count(), 0);
    await expand.click();
    await settled(page);
    assert.notEqual(await hash(page), state);
  }));

test("an entity's counts are called off, and can be tried again", () =>
  visit(async (page) => {
    const over = await hanging(page, '/counts');
    await page.keyboard.press('/');
    await page.keyboard.insertText('bravo');
    await page.locator('[role=group][aria-label="Machines"] .hit').first().click();
    await page.getByText('Counting…').waitFor();
    await reading(page).click();
    await over();
    await page.locator('.panel').getByText('Cancelled.').waitFor();
    await page.locator('.panel').getByRole('button', { name: 'Try again' }).click();
    await page.locator('.panel .counts .expand').first().waitFor();
    assert.equal(await page.locator('.panel').getByText('Cancelled.').count(), 0);
  }));

test('what was asked about one entity ends when another is chosen', () =>
  visit(async (page) => {
    await search(page, 'alpha', 'Machines');
    const over = await hanging(page, '/heatmap');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('bravo');
    await page.locator('[role=group][aria-label="Machines"] .hit').first().click();
    await page.locator('.panel .counts .expand').first().waitFor();
    await page.locator('.brand').focus();
    await page.keyboard.press('Escape');
    await over();
    await settled(page);
    assert.equal(await page.locator('.toast').count(), 0, 'nobody called it off, so nothing is said');
  }));

test('a search for paths is called off, and the list stays', () =>
  visit(async (page) => {
    await showPaths(page);
    const listed = await page.locator('.paths ol li').allInnerTexts();
    const over = await hanging(page, '/paths');
    await page.locator('.paths').getByRole('button', { name: 'Show attack paths' }).click();
    await page.locator('.paths').getByRole('button', { name: 'Cancel' }).click();
    await over();
    await settled(page);
    assert.deepEqual(await page.locator('.paths ol li').allInnerTexts(), listed);
    assert.equal(await page.locator('.paths .notice.error').count(), 0);
    await showPaths(page);
  }));

test('a comparison is called off', () =>
  visit(async (page) => {
    await showPaths(page);
    await view(page, 'Compare');
    const over = await hanging(page, '/difference');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.locator('.compare').getByRole('button', { name: 'Cancel' }).click();
    await over();
    await settled(page);
    assert.equal(await page.locator('.compare .notice.error').count(), 0);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.locator('.compare .bar').waitFor();
  }));
