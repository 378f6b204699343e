/** Names that would run or fetch if they were taken for more than text: every view shows them, none does anything. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, settled, signedIn, storedSession } from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function unharmed(page, where) {
  assert.equal(await page.evaluate(() => typeof window.__xss), 'undefined', `a name ran in ${where}`);
  assert.equal(await page.evaluate(() => typeof Object.prototype.__xss), 'undefined', where);
  const odd = await page.evaluate(
    () =>
      document.querySelectorAll('#app script, #app iframe, #app object, #app embed, #app img, #app base')
        .length,
  );
  assert.equal(odd, 0, `a name became markup in ${where}`);
}

test('hostile names stay text in every view', async () => {
  const { context, page, strangers, faults } = await signedIn(browser, { session: storedSession() });
  page.on('dialog', () => assert.fail('a dialog opened'));
  await settled(page);
  const address = page.url();
  for (const [machine, relation] of [
    ['bravo', 'Expand ran Processes'],
    ['charlie', 'Expand logged on Users'],
  ]) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(machine);
    await page.locator('[role=group][aria-label="Machines"] .hit').first().click();
    await settled(page);
    for (let more = 0; more < 2; more += 1) {
      await page.getByRole('button', { name: relation }).click();
      await settled(page);
    }
    await unharmed(page, `graph of ${machine}`);
    await page
      .locator('.panel .name')
      .filter({ hasText: relation.includes('ran') ? 'ran' : 'logged on' })
      .first()
      .click();
    await settled(page);
    await page
      .getByRole('button', { name: 'Show more' })
      .first()
      .click()
      .catch(() => undefined);
    await settled(page);
    await unharmed(page, `neighbours of ${machine}`);
  }
  for (const view of ['Table', 'Timeline', 'Query']) {
    await page.getByRole('tab', { name: view }).click();
    if (view === 'Query') {
      await page
        .getByLabel('Cypher, read-only')
        .fill('MATCH (n) WHERE n.name IS NOT NULL RETURN n, n.name, n.command_line LIMIT 400');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('.query tbody td, .query .notice');
    }
    await settled(page);
    await unharmed(page, view);
  }
  await page.getByRole('tab', { name: 'Table' }).click();
  const names = page.locator('table .cell');
  for (let at = 0; at < (await names.count()); at += 5) {
    await names.nth(at).click();
    if (at % 15 === 0) await settled(page);
  }
  await settled(page);
  await unharmed(page, 'panels');
  for (const text of ['<script>', 'onerror', '__proto__', '=HYPERLINK', '{{', '\u202e']) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
    await page.waitForTimeout(400);
    await settled(page);
    await unharmed(page, `search for ${text}`);
  }
  assert.equal(new URL(page.url()).pathname, new URL(address).pathname, 'a name led away');
  assert.deepEqual(strangers, [], 'a name fetched something');
  assert.deepEqual(
    faults.filter((text) => !text.includes('status of 4')),
    [],
  );
  await context.close();
});

test('a hostile address is not believed', async () => {
  const { context, page, origin, faults } = await signedIn(browser, { session: storedSession() });
  const state = {
    nodes: ['User:<img src=x onerror=window.__xss=1>', 7, null],
    view: '<b>',
    selection: {},
    path: [{ from: 1 }],
    noise: ['x'],
    folds: 'no',
    treeOf: [],
  };
  for (const fragment of [
    `#s=${encodeURIComponent(JSON.stringify(state))}`,
    '#s=%7B',
    '#s=[]',
    '#v=../../etc',
    '#s=null',
    '#s=%',
  ]) {
    await page.goto('about:blank');
    await page.goto(`${origin}/${fragment}`);
    await settled(page);
    await unharmed(page, fragment);
    assert.equal(await page.locator('.brand').count(), 1);
  }
  assert.deepEqual(faults, []);
  await context.close();
});
