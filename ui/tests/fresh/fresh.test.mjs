/** A page that stays open is as new as the last load: the list, the counts and the strip; and jobs say how they ended. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, settled, visitWith } from '../browser/_browser.mjs';
import { analyse, ask, beginLoad, reached } from '../live/_server.mjs';

const second = process.env.GRAPHHUNT_SECOND;
const machines = JSON.parse(process.env.GRAPHHUNT_MACHINES);
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('what a second load brings is in every part of an open page', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.blind').waitFor();
      await page.evaluate(() => (window.__same = true));
      const list = page.getByRole('navigation', { name: 'Incidents' });
      const strip = page.locator('.strip .stretch');
      const [before, stretches] = [await list.innerText(), await strip.count()];
      assert.ok(!before.includes(machines.at(-1)), before);
      const job = await beginLoad(second);
      assert.equal((await reached(job.id, 'succeeded', 'failed', 'cancelled')).state, 'succeeded');
      for (const name of machines) await list.filter({ hasText: name }).waitFor();
      await page.waitForFunction((n) => document.querySelectorAll('.strip .stretch').length > n, stretches);
      assert.notEqual(await list.innerText(), before);
      await page.locator('.toast').first().waitFor({ state: 'detached' });
      assert.ok(await page.evaluate(() => window.__same), 'the page was loaded again');
    },
    { at: '#/incidents' },
  ));

test('a job that failed and one that was cancelled say so after the page was loaded again', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.work li').first().waitFor();
      const failing = await analyse('measures', { limit: 1 });
      await reached(failing.id, 'failed');
      await beginLoad(second);
      const running = await beginLoad(second); // waits for the one before it
      await ask(`/jobs/${running.id}`, { method: 'DELETE' });
      await reached(running.id, 'cancelled');
      await page.reload();
      await settled(page);
      const jobs = page.locator('.work li');
      const ended = jobs.filter({ hasText: 'measures' }).first();
      await ended.locator('.chip', { hasText: 'failed' }).waitFor();
      assert.ok((await ended.locator('.notice.error').innerText()).length > 10, 'without a reason');
      await jobs.locator('.chip', { hasText: 'cancelled' }).first().waitFor();
    },
    { at: '#/data' },
  ));
