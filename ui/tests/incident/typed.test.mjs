/** The typed graph of a real intrusion: columns without overlaps, expansions that are capped and taken back, keys. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, settled, visitWith } from '../browser/_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FIRST = 25;
const MOST = 60;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const visit = (work, options = {}) =>
  visitWith(
    browser,
    async (page, context) => {
      await page.waitForSelector('.picture .box');
      await settled(page);
      await work(page, context);
    },
    { at: '#/graph/incident', ...options },
  );

/** Where boxes and words stand, by id; and what meets, is cut off or turned. */
const places = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll('.picture .box, .picture .label')];
    const found = all.map((one) => ({
      id: one.dataset.box ?? one.title,
      rect: one.getBoundingClientRect(),
    }));
    const meet = (a, b) => a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom;
    const faults = found.flatMap((one, n) =>
      found
        .slice(n + 1)
        .flatMap((other) => (meet(one.rect, other.rect) ? [`${one.id} meets ${other.id}`] : [])),
    );
    for (const one of document.querySelectorAll('.picture, .picture *')) {
      const style = getComputedStyle(one);
      if (style.transform !== 'none' || style.writingMode !== 'horizontal-tb') faults.push('text is turned');
    }
    const origin = document.querySelector('.picture').getBoundingClientRect();
    const boxes = Object.fromEntries(
      found
        .filter((_, n) => all[n].dataset.box)
        .map(({ id, rect }) => [id, `${Math.round(rect.x - origin.x)},${Math.round(rect.y - origin.y)}`]),
    );
    return { boxes, faults };
  });

/** Boxes that were there and stand elsewhere now. */
const moved = (earlier, now) =>
  Object.entries(earlier.boxes).filter(([id, at]) => now.boxes[id] && now.boxes[id] !== at);

for (const [width, height] of [
  [1280, 800],
  [1920, 1080],
])
  for (const theme of ['light', 'dark'])
    test(`nothing meets, and each box says where, who and when, ${width}×${height}, ${theme}`, () =>
      visit(
        async (page) => {
          const { boxes, faults } = await places(page);
          assert.deepEqual(faults, []);
          assert.ok(Object.keys(boxes).length <= FIRST);
          const processes = page.getByRole('list', { name: 'Processes' });
          const names = await processes.locator('.box:not(.rest)').allInnerTexts();
          for (const name of names) assert.match(name, /(WORKSTATION[56]|MORDORDC) · .+ · \d+ Sep \d\d:\d\d/);
          assert.equal(new Set(names).size, names.length);
          const cut = await page.locator('.box .detail').evaluateAll((all) =>
            all
              .filter((one) => {
                const text = document.createRange();
                text.selectNodeContents(one);
                return text.getBoundingClientRect().width > one.getBoundingClientRect().width + 0.1;
              })
              .map((one) => one.textContent),
          );
          assert.deepEqual(cut, [], 'what a box says is cut off');
          const labels = await page.locator('.picture .label').allInnerTexts();
          for (const text of ['RDP · pgustavo', '21 logons, 4 techniques', 'type 9, 2 times', 'loaded'])
            assert.ok(labels.includes(text), text);
          await page.evaluate(axe);
          const found = await page.evaluate(() => globalThis.axe.run(document));
          assert.deepEqual(
            found.violations.map((item) => `${item.id} ${item.nodes[0].target}`),
            [],
          );
        },
        { width, height, theme },
      ));

test('expansions are capped, keep places, and are taken back one by one', () =>
  visit(async (page) => {
    const first = await places(page);
    await page.locator('.box.rest').first().click();
    await settled(page);
    const second = await places(page);
    assert.deepEqual(moved(first, second), []);
    assert.ok(Object.keys(second.boxes).length > FIRST);
    assert.ok(Object.keys(second.boxes).length <= FIRST + 12);
    await page.locator('[data-box="machine|workstation5"]').click();
    await settled(page);
    const beside = await places(page);
    await page.getByRole('button', { name: 'processes it ran' }).click();
    await settled(page);
    const third = await places(page);
    assert.deepEqual(moved(beside, third), []);
    assert.deepEqual(third.faults, []);
    await page.keyboard.press('Escape');
    for (let n = 0; n < 4; n += 1) {
      await page.locator('.box.rest').first().click();
      await settled(page);
    }
    const full = await places(page);
    assert.ok(Object.keys(full.boxes).length <= MOST);
    assert.deepEqual(full.faults, []);
    assert.match(await page.locator('.bar').innerText(), /Incident #1\s+(5\d|60) of at most 60 boxes/);
    while (await page.getByRole('button', { name: /^Undo/ }).isEnabled()) await page.keyboard.press('z');
    assert.deepEqual((await places(page)).boxes, first.boxes);
  }));

test('a hundred expansions that are taken back leave nothing behind', () =>
  visit(async (page, context) => {
    const devtools = await context.newCDPSession(page);
    const nodes = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find((one) => one.name === 'Nodes').value;
    };
    await devtools.send('Performance.enable');
    const turn = () =>
      page.evaluate(async () => {
        const until = async (done) => {
          for (let n = 0; !done(); n += 1) {
            if (n > 5000) throw new Error('nothing came of it');
            await new Promise((next) => setTimeout(next, 4));
          }
        };
        const count = () => document.querySelectorAll('.picture .box').length;
        const before = count();
        document.querySelector('.picture .box.rest').click();
        await until(() => count() > before);
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', bubbles: true }));
        await until(() => count() === before);
      });
    const start = await places(page);
    for (let n = 0; n < 5; n += 1) await turn();
    const early = await nodes();
    for (let n = 0; n < 95; n += 1) await turn();
    const late = await nodes();
    assert.ok(late - early < 100, `${late - early} more nodes`);
    assert.deepEqual(await places(page), start);
  }));

test('keys walk, open records, show the same as tables, and lead to the storyboard and back', () =>
  visit(async (page) => {
    const at = () => page.evaluate(() => document.activeElement.dataset.box ?? '');
    await page.locator('[data-box="machine|workstation6"]').focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await at(), /^machine\|workstation5$/);
    await page.keyboard.press('ArrowRight');
    assert.match(await at(), /^thing\|/);
    await page.keyboard.press('ArrowRight');
    assert.match(await at(), /^process\|/);
    await page.keyboard.press('Enter');
    await page.locator('.typed-panel article').first().waitFor();
    await page.keyboard.press('e');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /\d/);
    await page.keyboard.press('Escape');
    await page.locator('.typed-panel').waitFor({ state: 'detached' });
    await page.keyboard.press('t');
    const tables = page.getByRole('region', { name: 'The graph as tables' });
    assert.equal(await tables.locator('table').count(), 2);
    await tables.getByRole('button', { name: 'WORKSTATION5 logged on to WORKSTATION6' }).click();
    await page.locator('.typed-panel article').first().waitFor();
    assert.match(await page.locator('.typed-panel').innerText(), /21 logons, 4 techniques/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    await page.keyboard.press('g');
    await page.locator('.story').waitFor();
    await settled(page);
    await page.keyboard.press('g');
    await page.locator('.picture .box').first().waitFor();
    assert.match(page.url(), /#\/graph\/incident\/[0-9a-f]+$/);
  }));

test('a window leaves out what lies outside it, and gives it back', () =>
  visit(
    async (page) => {
      assert.match(await page.locator('.bar').innerText(), /\d+ acts outside the window/);
      const accounts = await page.getByRole('list', { name: 'Accounts' }).locator('b').allInnerTexts();
      assert.deepEqual(accounts.sort(), ['pgustavo', 'sbeavers']);
      const all = await page.locator('.box:not(.rest) .detail').allInnerTexts();
      assert.ok(
        all.every((text) => !/2[02] Sep/.test(text)),
        all.join(),
      );
      await page.locator('.bar').getByRole('button', { name: 'show' }).click();
      await page.locator('[data-box="came|1.2.3.4"]').waitFor();
    },
    { at: '#/graph/incident?since=2020-09-21T00:00:00Z&until=2020-09-22T00:00:00Z' },
  ));
