/** A day of an intrusion is chosen in the strip: every view shows only that, says what lies outside, and Back restores. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, room, settled, visitWith } from '../browser/_browser.mjs';

const DAY = { since: '2020-09-21T00:00:00Z', until: '2020-09-22T00:00:00Z' };
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const acts = (page) => page.locator('.story > ol > li:not(.life)');

/** Chooses what the strip recorded on that day, by dragging over its stretches. */
async function drag(page) {
  const stretches = page.locator('.strip .stretch[title^="2020-09-21"]');
  await stretches.first().waitFor();
  const [first, last] = [await stretches.first().boundingBox(), await stretches.last().boundingBox()];
  const y = first.y + first.height / 2;
  await page.mouse.move(first.x + 1, y);
  await page.mouse.down();
  await page.mouse.move((first.x + last.x + last.width) / 2, y, { steps: 4 });
  await page.mouse.move(last.x + last.width - 1, y, { steps: 4 });
  await page.mouse.up();
  await settled(page);
}

const times = (page, selector) => page.locator(selector).allInnerTexts();
const another = (page, name, wanted) =>
  page.goto(`${page.url().split('#')[0]}#/${name}?since=${wanted.since}&until=${wanted.until}`);

test('a day that is chosen in the strip is all that is shown, and Back gives the rest back', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.blind').waitFor();
      await settled(page);
      const all = await acts(page).count();
      assert.equal(await page.locator('.narrowed').count(), 0);
      await drag(page);
      assert.match(await page.locator('.narrowed').innerText(), /\d+ acts outside the window/);
      const days = await times(page, '.story .when');
      assert.ok(days.length > 0 && days.length < all);
      assert.ok(
        days.every((text) => !/2[02] Sep/.test(text)),
        days.join(),
      );
      assert.equal(await page.locator('.steps li').count(), days.length);
      const since = new URLSearchParams(page.url().split('?').at(-1)).get('since');
      assert.ok(since.startsWith('2020-09-21'), since);

      await page.goBack();
      await page.locator('.narrowed').waitFor({ state: 'detached' });
      await settled(page);
      assert.equal(await acts(page).count(), all);
      assert.ok(!page.url().includes('since='), page.url());
    },
    { at: '#/incidents' },
  ));

test('events and stories hold that day only, too', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.row').first().waitFor();
      await settled(page);
      const rows = await times(page, '.row:not(.group) > :first-child');
      assert.ok(rows.length > 5);
      assert.ok(
        rows.every((text) => text.startsWith('2020-09-21')),
        rows.join(),
      );
      await another(page, 'machine/workstation6', DAY);
      await page.getByText('Who came').first().waitFor();
      await settled(page);
      const told = await page.locator('main, .room').first().innerText();
      assert.match(told, /21 Sep|2020-09-21/);
      // A session that lasts into the day began before it; nothing begins after it.
      assert.doesNotMatch(told.replace(/^[\s\S]*?Who came/, ''), /2020-09-22|22 Sep/);
      await room(page, 'Incidents');
      await page.locator('.narrowed').waitFor();
    },
    { at: `#/events?q=${encodeURIComponent('4624')}&since=${DAY.since}&until=${DAY.until}` },
  ));
