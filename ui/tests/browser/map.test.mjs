/** The map: drawn offline from the user's own database; what has no place is listed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hash, launch, settled, view, visitWith } from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());
const visit = (work, options) => visitWith(browser, work, options);

test('an address stands at its place, and a click puts it into the picture', () =>
  visit(async (page) => {
    await view(page, 'Map');
    await page.locator('.map .spot').first().waitFor();
    await settled(page);
    assert.equal(await page.locator('.map .spot').count(), 1);
    const [x, y] = await page
      .locator('.map .spot')
      .evaluate((spot) => [Number(spot.getAttribute('cx')), Number(spot.getAttribute('cy'))]);
    assert.deepEqual([x, y], [8.5, -47.4], 'degrees east and south, as the database says');
    assert.ok((await page.locator('.map .land').getAttribute('d')).length > 10_000, 'the land is drawn');
    const said = await page.getByTestId('map-summary').innerText();
    const [, placed, total, rest] = /^(\d+) of (\d+) public addresses .*not geolocated: (\d+)/.exec(said);
    assert.equal(Number(placed), 1);
    assert.equal(Number(total), 1 + Number(rest));
    assert.match(await page.locator('.map .list').innerText(), /<b>Berne<\/b>[\s\S]*9\.9\.9\.9/);
    await page.locator('.map .address').first().click();
    await settled(page);
    assert.equal(await page.locator('.panel h2').first().innerText(), '9.9.9.9');
    assert.equal(await page.locator('.map .spot.drawn').count(), 1);
    const before = await hash(page);
    await page.reload();
    await page.locator('.map .spot.drawn').waitFor();
    assert.equal(await hash(page), before);
  }));

test('the map moves, and follows the time window', () =>
  visit(async (page) => {
    await view(page, 'Map');
    await page.locator('.map .spot').first().waitFor();
    const box = () => page.locator('.map svg[role="img"]').getAttribute('viewBox');
    const whole = await box();
    await page.locator('.map').getByRole('button', { name: 'Zoom in' }).click();
    const near = await box();
    assert.ok(Number(near.split(' ')[2]) < Number(whole.split(' ')[2]));
    const at = await page.locator('.map svg[role="img"]').boundingBox();
    await page.mouse.move(at.x + 200, at.y + 200);
    await page.mouse.down();
    await page.mouse.move(at.x + 160, at.y + 200, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await box(), near);
    await page.mouse.wheel(0, -200);
    await page.getByRole('button', { name: 'Whole world' }).click();
    assert.equal(await box(), whole);
    const hour = Date.UTC(2026, 2, 2) * 1000;
    const state = JSON.stringify({ view: 'map', window: { since: hour, until: hour + 60_000_000 } });
    await page.evaluate((text) => (window.location.hash = `s=${encodeURIComponent(text)}`), state);
    await page.reload();
    await settled(page);
    assert.match(await page.locator('.map').innerText(), /no public address inside the time window/);
  }));
