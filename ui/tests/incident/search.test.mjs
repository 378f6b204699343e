/** The search over all records of a real intrusion, decoded commands too; an error names its place. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, settled, visitWith } from '../browser/_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function ask(page, q) {
  await page.getByLabel('Search records').fill(q);
  await page.keyboard.press('Enter');
  await page.waitForFunction((wanted) => decodeURIComponent(location.hash).includes(wanted), q.split(' ')[0]);
  await settled(page);
}

const total = async (page) =>
  Number((await page.locator('.found footer b').first().innerText()).replace(/,/g, ''));

test('records are found by account, address and port, technique, and what a command says in clear', () =>
  visitWith(
    browser,
    async (page) => {
      await page.locator('.row').first().waitFor();
      await ask(page, 'pgustavo 4697 host:WORKSTATION6');
      assert.equal(await total(page), 2);
      await ask(page, '10.10.10.5:80 code:Sysmon/3');
      assert.ok((await total(page)) >= 5);
      await ask(page, 'T1047');
      assert.ok((await total(page)) > 0);
      await ask(page, 'news.php code:Sysmon/1');
      assert.ok((await total(page)) >= 3);
      await ask(page, 'nofield:x');
      const fault = page.locator('#fault');
      await fault.waitFor();
      assert.equal(await fault.locator('mark').innerText(), 'nofield');
    },
    { at: '#/events', expected: /422/ },
  ));
