/** An address that somebody else wrote: what does not fit is left out, and nothing in it runs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, settled, signedIn, storedSession } from './_browser.mjs';
import { unharmed } from './_unharmed.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

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
