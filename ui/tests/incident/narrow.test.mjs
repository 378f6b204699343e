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
  const stretches = page.locator('[data-start^="2020-09-21"]');
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
