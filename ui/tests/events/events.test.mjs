/** The room of events: around a record, by session, verbatim; on one recording of the intrusion over a service. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { found, launch, settled, visitWith } from '../browser/_browser.mjs';

const AROUND = 'host:WORKSTATION6 around:2020-09-20T16:16:56±10m';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const room = (q, more = '') => ({ at: `#/events?q=${encodeURIComponent(q)}${more}` });

/** Waits until the table shows the answer to the query in the address. */
async function answered(page, pattern) {
  await page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('.found footer')?.innerText ?? ''),
    pattern.source,
  );
  await settled(page);
}

const footer = /records · found in \d+ ms/;

test('ten minutes around a hop, by session, hold all that the installed service did', () =>
  visitWith(
    browser,
    async (page) => {
      await answered(page, footer);
      await page.locator('.row').first().waitFor();
      await page.locator('.row', { hasText: 'Security/4624' }).first().click();
      await page.keyboard.press('n');
      await page.waitForFunction(() => decodeURIComponent(location.hash).includes('±10m'));
      await page.getByRole('button', { name: 'by session' }).click();
      await page.locator('.row.group').first().waitFor();
      await settled(page);
      assert.match(
        await page.locator('.row.group').first().innerText(),
        /WORKSTATION6 · session 0x2990d17 · pgustavo/,
      );
      const rows = await page
        .locator('.row:not(.group)')
        .filter({ hasText: '0x2990d17' })
        .evaluateAll((all) => all.map((row) => row.innerText.replace(/\s+/g, ' ')));
      const steps = [
        'Security/4624',
        'Security/4697',
        'System/7045',
        'cmd.exe',
        'powershell.exe',
        '10.10.10.5',
        'whoami',
        'Security/4634',
      ];
      for (const step of steps)
        assert.ok(
          rows.some((row) => row.includes(step)),
          step,
        );
      const times = rows.map((row) => row.slice(0, 23));
      assert.deepEqual(times, [...times].sort());
      assert.ok(rows.at(-1).includes('Security/4634'));
      await page.getByLabel('Search records').fill('4627 TargetLogonId:0x2990d17');
      await page.keyboard.press('Enter');
      await answered(page, /^1 of [\d,]+ records/);
      assert.equal(await page.locator('.row.kept').count(), 1);
    },
    room('host:WORKSTATION6 4624 TargetLogonId:0x2990d17'),
  ));

test('a long number is shown, copied and saved as it is', () =>
  visitWith(
    browser,
    async (page, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await answered(page, footer);
      await page.locator('.row').first().click();
      await page.keyboard.press('Enter');
      const pane = page.getByRole('region', { name: 'Record', exact: true });
      await pane.locator('pre').waitFor();
      assert.ok(
        (await pane.locator('dd').allInnerTexts()).some((text) => text.startsWith('-9214364837600034816')),
      );
      for (const laid of [true, false]) {
        await pane.getByLabel('lay out JSON').setChecked(laid);
        assert.match(await pane.locator('pre').evaluate((pre) => pre.textContent), /-9214364837600034816/);
      }
      const text = await pane.locator('pre').evaluate((pre) => pre.textContent);
      await pane.getByRole('button', { name: 'Copy' }).click();
      await page.locator('.toast').waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        pane.getByRole('link', { name: 'Save' }).click(),
      ]);
      assert.equal((await readFile(await file.path())).toString('utf8'), text);
    },
    room('Keywords:-9214364837600034816 4634'),
  ));

test('a cell narrows, an error shows its place, and nothing found offers a way on', () =>
  visitWith(
    browser,
    async (page) => {
      await answered(page, footer);
      const before = await page.locator('.found footer b').innerText();
      await page.locator('.row', { hasText: 'Sysmon/11' }).first().getByText('Sysmon/11').click();
      await page.keyboard.press('x');
      await page.waitForFunction(() => decodeURIComponent(location.hash).includes('-code:Sysmon/11'));
      await page.waitForFunction(
        (old) => document.querySelector('.found footer b').innerText !== old,
        before,
      );
      await page.getByLabel('Search records').fill('4624 hsot:WORKSTATION6');
      await page.keyboard.press('Enter');
      await page.locator('.fault mark').waitFor();
      assert.equal(await page.locator('.fault mark').innerText(), 'hsot');
      assert.match(await page.locator('.fault').innerText(), /nearest: host/);
      await page.getByLabel('Search records').fill('4697 host:NOWHERE');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Remove host:NOWHERE' }).click();
      await page.locator('.row', { hasText: 'Security/4697' }).first().waitFor();
    },
    { ...room(AROUND), expected: /422/ },
  ));

test('the search at the top lists machines before their accounts, and leads to the records', () =>
  visitWith(browser, async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.insertText('workst');
    await found(page, 'workst');
    assert.equal(await page.locator('.hits [role=group]').first().getAttribute('aria-label'), 'Machines');
    await page.locator('.hits [role=group][aria-label="Records"] .hit').click();
    await answered(page, footer);
    assert.match(page.url(), /#\/events\?q=workst$/);
  }));

for (const theme of ['light', 'dark'])
  test(`axe finds nothing serious in the table and a record, ${theme}`, () =>
    visitWith(
      browser,
      async (page) => {
        await answered(page, footer);
        await page.locator('.row').nth(1).click();
        await page.keyboard.press('Enter');
        await page.locator('.pane pre').waitFor();
        await settled(page);
        await page.evaluate(axe);
        const faults = await page.evaluate(async () => {
          const result = await globalThis.axe.run(document, {
            runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] },
          });
          return result.violations
            .filter((item) => item.impact === 'serious' || item.impact === 'critical')
            .map(
              (item) =>
                `${item.id}: ${item.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`)}`,
            );
        });
        assert.deepEqual(faults, []);
      },
      { ...room(AROUND, '&group=session'), theme },
    ));

test('typing lists machines before the accounts that carry their names, which stand below them', () =>
  visitWith(
    browser,
    async (page) => {
      await page.getByRole('combobox', { name: /^Search/ }).fill('workst');
      await page.waitForFunction(
        () => document.querySelector('.hits:not([hidden])')?.dataset.asked === 'workst',
      );
      const first = page.locator('.hits [role=group]').first();
      assert.equal(await first.getAttribute('aria-label'), 'Machines');
      const labels = await first.locator('.label').allInnerTexts();
      const at = (pattern) => labels.findIndex((text) => pattern.test(text));
      assert.ok(at(/^WORKSTATION6$/i) >= 0, labels.join());
      assert.ok(at(/^WORKSTATION6$/i) < at(/WORKSTATION6\$$/i), labels.join());
      assert.ok(at(/^WORKSTATION6$/i) <= 1, 'one of the incident’s machines is among the first');
    },
    { at: '#/events' },
  ));

test('the middle of all records is shown at once, without those between', () =>
  visitWith(
    browser,
    async (page) => {
      await answered(page, footer);
      const all = Number((await page.locator('.found footer b').innerText()).replace(/,/g, ''));
      assert.ok(all > 2000, 'too few to jump over');
      const asked = [];
      page.on('request', (one) => one.url().endsWith('records:search') && asked.push(one.postDataJSON()));
      await page.locator('.region').evaluate((region) => (region.scrollTop = region.scrollHeight / 2));
      await page.waitForFunction(
        (middle) =>
          [...document.querySelectorAll('.row[data-id]')].some(
            (row) => Math.abs(Number(row.getAttribute('aria-rowindex')) - middle) < 60,
          ),
        all / 2,
      );
      await settled(page);
      assert.ok(asked.length <= 2, `${asked.length} pages were fetched`);
      const times = (await page.locator('.row[data-id] > :first-child').allInnerTexts()).filter((text) =>
        /^\d/.test(text),
      );
      assert.deepEqual(times, [...times].sort());
    },
    { at: '#/events?noise=1' },
  ));
