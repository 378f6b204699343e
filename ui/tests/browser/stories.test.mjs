/** Stories of hosts and accounts, from the list to the records, and processes as rows. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, settled, storedSession, visitWith } from './_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const visit = (work, options) =>
  visitWith(browser, work, { session: storedSession(), at: '#/hosts', ...options });

async function sound(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run();
    return result.violations.filter((one) => /serious|critical/.test(one.impact)).map((one) => one.id);
  });
  assert.deepEqual(found, [], where);
}

test('a story opens from the list, and a row opens its records', () =>
  visit(async (page) => {
    await page.getByRole('region', { name: 'Machines' }).getByRole('link', { name: 'bravo' }).click();
    await page.getByRole('heading', { name: 'bravo', level: 1 }).waitFor();
    await settled(page);
    assert.match(page.url(), /#\/machine\/bravo$/);
    assert.match(await page.locator('.says').innerText(), /From here grace went on to charlie/);
    const came = page.getByRole('region', { name: 'Who came' });
    assert.match(await came.locator('tbody tr').first().innerText(), /ada[\s\S]*alpha/);
    await sound(page, 'story');
    await came
      .getByRole('button', { name: /records?$/ })
      .first()
      .click();
    const record = page.getByRole('complementary', { name: 'Records' });
    await record.locator('pre').first().waitFor();
    assert.match(await record.locator('pre').first().innerText(), /4624/);
    await page.keyboard.press('Escape');
    await came.getByRole('link', { name: 'ada' }).first().click();
    await page.getByRole('heading', { name: 'ada', level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'bravo', level: 1 }).waitFor();
    await page.getByRole('button', { name: '± min around…' }).click();
    await page.getByLabel('Moment (UTC)').fill('2026-03-02 10:31:00');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.match(await page.getByRole('region', { name: 'What ran' }).innerText(), /No process is recorded/);
  }));

test('processes of a host are rows with command lines and what they did', () =>
  visit(
    async (page) => {
      await page.getByRole('tab', { name: 'Processes' }).click();
      const shell = page.locator('.rows li', { hasText: 'powershell -enc AAAA' }).first();
      await shell.waitFor();
      await settled(page);
      assert.match(await shell.innerText(), /Called 9\.9\.9\.9, port 443/);
      assert.match(await page.locator('.rows .bar').innerText(), /of \d+ processes · folded: /);
      await sound(page, 'processes');
      await shell
        .getByRole('button', { name: /^\d+ records?$/ })
        .last()
        .click();
      await page.getByRole('complementary', { name: 'Records' }).locator('pre').first().waitFor();
    },
    { at: '#/machine/bravo', theme: 'dark' },
  ));
