/** Cases: verdicts, tags, notes, pins and saved views; two analysts at once lose nothing. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { hash, launch, saved, search, settled, showPaths, visitWith } from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());
const visit = (work, options) => visitWith(browser, work, options);
const openCase = async (page, title) => {
  await page.getByRole('tab', { name: /^Case/ }).click();
  const form = page.getByLabel('Title of the new case');
  if (!(await form.isVisible())) await page.getByRole('button', { name: 'New case' }).click();
  await form.fill(title);
  await page.getByRole('button', { name: 'Open it' }).click();
  await settled(page);
};

test('verdict, tag, note and pin are kept with author and time, and are there after a reload', () =>
  visit(async (page) => {
    await openCase(page, 'Kept');
    await showPaths(page);
    await page.locator('.panel pre').first().waitFor();
    await page.locator('.panel').getByRole('button', { name: 'Pin', exact: true }).first().click();
    await settled(page);
    await search(page, 'bravo', 'Machines');
    await page.locator('.brand').focus();
    await page.keyboard.press('v');
    await settled(page);
    await page.getByLabel('Add a tag').fill('stepping stone');
    await page.keyboard.press('Enter');
    await settled(page);
    await page.getByRole('button', { name: 'Note…' }).click();
    await page.getByLabel('New note', { exact: true }).fill('First seen here.');
    await page.locator('.panel').getByRole('button', { name: 'Add the note' }).click();
    await settled(page);
    await page.reload();
    await settled(page);
    await page.getByRole('tab', { name: /^Case/ }).click();
    const text = await page.locator('.case').innerText();
    assert.match(text, /bravo[\s\S]*malicious[\s\S]*stepping stone[\s\S]*1 noted/);
    assert.match(text, /1 malicious/);
    await page.locator('.case .mono').first().click();
    await page.locator('.panel pre').first().waitFor();
    assert.match(await page.locator('.panel pre').first().innerText(), /EventID/);
    await search(page, 'bravo', 'Machines');
    const panel = page.locator('.panel');
    assert.equal(await panel.getByRole('button', { name: 'malicious' }).getAttribute('aria-pressed'), 'true');
    assert.match(await panel.innerText(), /First seen here\.[\s\S]*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    await panel.getByRole('button', { name: 'benign' }).click();
    await settled(page);
    assert.equal(await panel.getByRole('button', { name: 'benign' }).getAttribute('aria-pressed'), 'true');
    const answer = await page.request.get(
      await page
        .locator('a[download]')
        .first()
        .getAttribute('href')
        .then((href) => new URL(href, page.url()).href),
    );
    const report = await answer.text();
    assert.equal(answer.status(), 200);
    assert.match(report, /stepping stone/);
    assert.match(report, /First seen here/);
  }));

test('a saved view opens again, and Back leaves it', () =>
  visit(async (page) => {
    await openCase(page, 'Views');
    await showPaths(page);
    await page.getByRole('tab', { name: /^Case/ }).click();
    const kept = await hash(page);
    await page.getByLabel('Name of the view').fill('the path');
    await page.getByRole('button', { name: 'Save view' }).click();
    await settled(page);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await search(page, 'charlie', 'Machines');
    const other = await hash(page);
    await page.getByRole('button', { name: 'the path', exact: true }).click();
    await settled(page);
    assert.equal(await hash(page), kept);
    await page.goBack();
    await settled(page);
    assert.equal(await hash(page), other);
  }));

test('two analysts who edit one note at once lose nothing', () =>
  visit(
    async (page, context) => {
      await openCase(page, 'Two at once');
      const compose = page.locator('.case .compose');
      await compose.locator('textarea').fill('as written first');
      await compose.getByRole('button').click();
      await settled(page);
      const other = await context.newPage();
      await other.goto(page.url());
      await settled(other);
      await other.getByRole('tab', { name: /^Case/ }).click();
      for (const one of [page, other])
        await one.locator('.case article').getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Note', { exact: true }).fill('from the first');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await settled(page);
      await other.getByLabel('Note', { exact: true }).fill('from the second');
      await other.getByRole('button', { name: 'Save', exact: true }).click();
      await settled(other);
      assert.match(await other.locator('.case article .notice').innerText(), /from the first/);
      assert.equal(await other.getByLabel('Note', { exact: true }).inputValue(), 'from the second');
      await other.getByRole('button', { name: 'Save', exact: true }).click();
      await settled(other);
      assert.match(await other.locator('.case article').innerText(), /from the second/);
      await page.getByRole('button', { name: 'Read the case anew' }).click();
      await settled(page);
      assert.match(await page.locator('.case article').innerText(), /from the second/);
      const cases = await (await page.request.get(new URL('/api/v1/cases', page.url()).href)).json();
      const mine = cases.items.find((one) => one.title === 'Two at once');
      const items = await (
        await page.request.get(new URL(`/api/v1/cases/${mine.id}/items`, page.url()).href)
      ).json();
      const history = await (
        await page.request.get(
          new URL(`/api/v1/cases/${mine.id}/items/${items.items[0].id}/history`, page.url()).href,
        )
      ).json();
      assert.deepEqual(
        history.items.map((item) => item.body.text),
        ['as written first', 'from the first', 'from the second'],
      );
      await other.close();
    },
    { expected: /status of 412/ },
  ));

test('an entity gets a name of its own in the case, everywhere, and loses it again', () =>
  visit(async (page) => {
    await openCase(page, 'Names');
    await showPaths(page);
    await search(page, 'bravo', 'Machines');
    const panel = page.locator('.panel');
    const rename = async (name) => {
      await panel.getByRole('button', { name: 'Rename…' }).click();
      await page.getByLabel('Name in this case').fill(name);
      await page.keyboard.press('Enter');
      await settled(page);
    };
    await rename('<b>jump host</b>');
    assert.equal(await panel.locator('h2').first().innerText(), '<b>jump host</b>');
    assert.match(await panel.innerText(), /In the logs: bravo/);
    const svg = await saved(page, 'Picture (SVG)');
    assert.match(svg, />&lt;b&gt;jump host&lt;\/b&gt;</);
    await page.reload();
    await settled(page);
    await page.getByRole('tab', { name: 'Table' }).click();
    assert.match(await page.locator('tbody').first().innerText(), /<b>jump host<\/b>/);
    await page.getByRole('tab', { name: /^Case/ }).click();
    assert.match(await page.locator('.case').innerText(), /<b>jump host<\/b>/);
    await rename('staging server');
    await search(page, 'charlie', 'Machines');
    await search(page, 'staging', 'Named in the case');
    assert.equal(await panel.locator('h2').first().innerText(), 'staging server');
    await rename('');
    assert.equal(await panel.locator('h2').first().innerText(), 'bravo');
  }));

test('the case is saved as Markdown and as STIX', () =>
  visit(async (page) => {
    await openCase(page, 'Handed on');
    await search(page, '9.9.9.9');
    await page.locator('.brand').focus();
    await page.keyboard.press('v');
    await settled(page);
    await page.getByRole('tab', { name: /^Case/ }).click();
    const file = async (name) => {
      const [saving] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      return readFile(await saving.path(), 'utf8');
    };
    assert.match(await file('Markdown'), /^# Handed on\n[\s\S]*9\.9\.9\.9[\s\S]*`malicious`/);
    const bundle = JSON.parse(await file('STIX'));
    assert.deepEqual(
      bundle.objects.filter((one) => one.type === 'indicator').map((one) => one.pattern),
      ["[ipv4-addr:value = '9.9.9.9']"],
    );
    assert.match(await file('HTML'), /<h1>Handed on<\/h1>/);
  }));
