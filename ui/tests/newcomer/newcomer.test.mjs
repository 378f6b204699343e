/** A newcomer, in the browser only: from an empty workspace to a report that opens offline. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { launch, room, settled, visitWith } from '../browser/_browser.mjs';

const archive = process.env.GRAPHHUNT_ARCHIVE;
const machines = JSON.parse(process.env.GRAPHHUNT_MACHINES);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Drops a file on the window, as from a file manager. */
async function drop(page, path) {
  const given = [(await readFile(path)).toString('base64'), basename(path)];
  await page.evaluate(([content, name]) => {
    const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }, given);
}

test('from nothing to a saved report', () =>
  visitWith(
    browser,
    async (page, context) => {
      await room(page, 'Data');
      await page.getByRole('heading', { name: 'Drop logs here' }).waitFor();
      await room(page, 'Graph');
      await drop(page, archive);
      const load = page.getByRole('region', { name: 'The newest load' });
      await load.locator('.chip', { hasText: /waiting|running/ }).waitFor();
      await page.reload();
      await load.locator('.chip', { hasText: 'done' }).waitFor();
      await load.getByRole('heading', { name: /^Loaded: 1 file, [\d,]+ records/ }).waitFor();
      await page.getByRole('region', { name: 'Recognised' }).getByRole('row').nth(1).waitFor();

      const inner = page.getByRole('region', { name: 'Networks' });
      const rows = inner.getByRole('row').filter({ hasText: 'machines there log' });
      const network = await rows.first().getByRole('cell').first().innerText();
      await inner.getByRole('button', { name: `${network} is outside` }).click();
      await inner.getByRole('button', { name: `Take back ${network}` }).click();
      await inner.getByRole('button', { name: `${network} is outside` }).waitFor();
      await settled(page);

      const [file] = await Promise.all([
        page.waitForEvent('download'),
        load.getByRole('link', { name: /^Save the report/ }).click(),
      ]);
      const saved = await context.browser().newContext({ offline: true, javaScriptEnabled: false });
      const reader = await saved.newPage();
      const asked = [];
      reader.on('request', (request) => asked.push(request.url()));
      const kept = `${await file.path()}.html`;
      await file.saveAs(kept);
      await reader.goto(pathToFileURL(kept).href);
      const text = await reader.locator('body').innerText();
      for (const name of machines) assert.ok(text.toLowerCase().includes(name.toLowerCase()), name);
      assert.match(text, /What to do first/);
      assert.match(text, /\bE1\b/);
      assert.equal(asked.length, 1, 'the report asks for nothing but itself');
      const printed = (await reader.pdf({ preferCSSPageSize: true })).toString('latin1');
      assert.ok(printed.match(/\/Type\s*\/Page[^s]/g).length <= 4, 'it prints on four pages');
      await saved.close();

      await load.getByRole('link', { name: /incidents? found/ }).click();
      assert.match(page.url(), /#\/incidents$/);
      await page.locator('.toast').first().waitFor({ state: 'detached' });
    },
    { at: '#/graph' },
  ));
