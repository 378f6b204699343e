/** Each promise to a hunter that the other files don't cover, tried in the running page. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { found, hash, launch, saved, search, settled, showPaths, view, visitWith } from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());
const visit = (work, options) => visitWith(browser, work, options);

async function hits(page, text) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await found(page, text);
  return page.locator('.hit .label').allInnerTexts();
}

const positions = (svg) =>
  Object.fromEntries(
    [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)" font-size="11"[^>]*>([^<]+)</g)].map((m) => [
      m[3],
      [Number(m[1]), Number(m[2])],
    ]),
  );

test('search finds name, domain name, SID, address and command line; a prefix narrows; keys choose', () =>
  visit(async (page) => {
    assert.ok((await hits(page, 'brav')).includes('bravo'));
    assert.ok((await hits(page, 'bravo.lab.local')).includes('bravo'));
    // 1000 + the letters of "ada" (97 + 100 + 97), as the case is written
    assert.match((await hits(page, 'S-1-5-21-1-2-3-1294')).join(), /ada/);
    assert.ok((await hits(page, '9.9.9.9')).includes('9.9.9.9'));
    assert.ok((await hits(page, 'powershell -enc')).length > 0);
    const kinds = async () =>
      page.locator('.hits [role=group]').evaluateAll((all) => all.map((g) => g.ariaLabel));
    await hits(page, 'machine:a');
    assert.deepEqual(await kinds(), ['Machines', 'Records'], 'and the way to the records that say so');
    await hits(page, 'machine:charlie');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.equal(await page.locator('.panel h2').first().innerText(), 'charlie');
  }));

test('a pasted list becomes many entities, and says what was not found', () =>
  visit(async (page) => {
    await page.keyboard.press('/');
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text', 'alpha\nbravo\ncharlie\nnobody-of-that-name\n');
      document
        .querySelector('input[role=combobox]')
        .dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await settled(page);
    assert.match(
      await page.locator('.toast').innerText(),
      /3 of 4 pasted lines found; nothing found for nobody/,
    );
    assert.match(await page.getByTestId('summary').innerText(), /^3 of 3/);
  }));

test('more than fifty neighbours are asked about first, and come as one group if wanted', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    await page.locator('.brand').focus();
    await page.keyboard.press('e');
    const ran = page.getByRole('menuitem', { name: /^ran/ });
    const total = Number((await ran.locator('b').innerText()).replace(',', ''));
    assert.ok(total > 60);
    await ran.click();
    assert.match(await page.locator('[role=menu]').innerText(), /how much of it/);
    await page.getByRole('menuitem', { name: 'All of it as one group' }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^1 of 1 entities/);
    await view(page, 'Table');
    assert.match(await page.locator('.tables').innerText(), new RegExp(`${total} Process, ran from bravo`));
  }));

test('a pivot shows its query with parameters and can be copied', () =>
  visit(async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await search(page, 'bravo', 'Machines');
    await page
      .getByRole('button', { name: /^Show the query/ })
      .first()
      .click();
    const text = await page.getByLabel('Query', { exact: true }).innerText();
    assert.match(text, /parameters: \{"kind":"Machine","id":"bravo"/);
    assert.match(text, /MATCH/);
    await page.getByRole('button', { name: 'Copy the query' }).click();
    await page.locator('.toast').waitFor();
    assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trim(), text.trim());
    await page.getByRole('button', { name: /^Machines and addresses that somebody logged on to/ }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^2 of 2/);
  }));

test('expanding and collapsing leaves everything else where it was', () =>
  visit(async (page) => {
    await showPaths(page);
    const before = positions(await saved(page, 'Picture (SVG)'));
    await search(page, 'bravo', 'Machines');
    await page.getByRole('button', { name: 'Expand ran Processes' }).click();
    await settled(page);
    const open = positions(await saved(page, 'Picture (SVG)'));
    await page.getByRole('button', { name: 'Collapse', exact: true }).click();
    await settled(page);
    const closed = positions(await saved(page, 'Picture (SVG)'));
    for (const name of ['alpha', 'bravo', 'charlie']) {
      assert.ok(before[name], `${name} is drawn`);
      assert.deepEqual(open[name], before[name], `${name} after expanding`);
      assert.deepEqual(closed[name], before[name], `${name} after collapsing`);
    }
  }));

test('marked entities become a group, which opens again; keep and hide by key', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    await page.getByRole('button', { name: /^Expand ran Processes/ }).click();
    await settled(page);
    const begin = await hash(page);
    await view(page, 'Table');
    for (const at of [1, 2, 3]) await page.locator('tbody input[type=checkbox]').nth(at).check();
    await view(page, 'Graph');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await settled(page);
    assert.match(await page.locator('.panel').innerText(), /Group of 3 entities/);
    assert.match(await page.getByTestId('summary').innerText(), /^48 of 51/);
    await page.getByRole('button', { name: 'Open the group' }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^51 of 51/);
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await settled(page);
    assert.equal(await hash(page), begin);
    await page.locator('.brand').focus();
    await page.keyboard.press('k');
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^1 of 1/);
    await page.keyboard.press('h');
    await settled(page);
    await page.getByRole('heading', { name: /Where did they come from/ }).waitFor();
  }));

test('keys change the view, undo and find the way through the picture', () =>
  visit(async (page) => {
    await showPaths(page);
    await page.locator('.brand').focus();
    for (const [key, name] of [
      ['t', 'Table'],
      ['l', 'Timeline'],
      ['r', 'Process tree'],
      ['q', 'Query'],
      ['w', 'Map'],
      ['g', 'Graph'],
    ]) {
      await page.keyboard.press(key);
      assert.equal(await page.getByRole('tab', { name }).getAttribute('aria-selected'), 'true', name);
    }
    await search(page, 'alpha', 'Machines');
    await page.locator('.brand').focus();
    await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.equal(await page.locator('.panel h2').first().innerText(), 'bravo');
    await page.keyboard.press('Escape');
    assert.match(await page.locator('.panel').innerText(), /Nothing selected/);
    await page.keyboard.press('?');
    assert.match(await page.locator('dialog[open]').innerText(), /Ctrl\+Z/);
    await page.keyboard.press('Escape');
  }));

test('a brush over the time narrows graph, timeline and heat map, and finds other paths', () =>
  visit(async (page) => {
    await showPaths(page);
    const asked = [];
    page.on('request', (request) => asked.push(decodeURIComponent(request.url())));
    const plot = await page.locator('.plot svg').boundingBox();
    const first = await page.locator('.plot .hop').first().getAttribute('x1');
    const second = await page.locator('.plot .hop').last().getAttribute('x1');
    const middle = plot.x + (Number(first) + Number(second)) / 2;
    await page.mouse.move(plot.x + 2, plot.y + 20);
    await page.mouse.down();
    await page.mouse.move(middle, plot.y + 20, { steps: 8 });
    await page.mouse.up();
    await settled(page);
    assert.match(decodeURIComponent(page.url()), /"window":\{"since":\d+,"until":\d+\}/);
    assert.match(await page.getByTestId('summary').innerText(), /1 outside the window/);
    assert.match(await page.locator('.paths ol li').first().innerText(), /alpha\s*→\s*bravo(?!\s*→)/i);
    await search(page, 'bravo', 'Machines');
    assert.ok(asked.some((url) => /heatmap\?since=.*&until=/.test(url)));
    await page.getByRole('button', { name: 'Hide outside' }).click();
    await settled(page);
    await page.getByRole('button', { name: 'Clear', exact: true }).last().click();
    await settled(page);
    assert.match(await page.locator('.paths ol li').first().innerText(), /alpha[\s\S]*bravo[\s\S]*charlie/i);
    const before = await hash(page);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForFunction((was) => document.documentElement.dataset.state !== was, before);
    await page.getByRole('button', { name: 'Stop' }).click();
  }));

test('paths to here and from here, limits, and a reason when there is none', () =>
  visit(async (page) => {
    await search(page, 'charlie', 'Machines');
    await page.getByRole('button', { name: 'Paths to here' }).click();
    await page.waitForSelector('.paths ol li');
    await settled(page);
    assert.match(await page.locator('.paths ol li').first().innerText(), /charlie/i);
    await page.getByLabel('Most hops').fill('1');
    await page.getByRole('button', { name: 'Find paths' }).click();
    await settled(page);
    for (const text of await page.locator('.paths .route').allInnerTexts())
      assert.equal(text.split('→').length, 2);
    await page.getByLabel('To machine').fill('');
    await page.getByLabel('From machine').fill('charlie');
    await page.getByRole('button', { name: 'Find paths' }).click();
    await settled(page);
    assert.ok((await page.locator('.paths .none').innerText()).length > 20, 'an empty list says why');
  }));

test('the attack is played hop by hop', () =>
  visit(async (page) => {
    await showPaths(page);
    await page.getByRole('button', { name: 'Play the attack' }).click();
    await page.getByTestId('step').waitFor();
    assert.match(await page.getByTestId('step').innerText(), /1\/2[\s\S]*10:00:00[\s\S]*ada/);
    await page.getByRole('button', { name: 'Next hop' }).click();
    assert.match(await page.getByTestId('step').innerText(), /2\/2[\s\S]*10:30:00[\s\S]*grace/);
    assert.match(await page.locator('.panel').innerText(), /hop 2/);
    await page.getByRole('button', { name: 'Whole path' }).click();
    assert.equal(await page.getByTestId('step').count(), 0);
  }));

test('evidence leads to its row in the timeline', () =>
  visit(async (page) => {
    await showPaths(page);
    await page.locator('.panel pre').first().waitFor();
    await page.getByRole('button', { name: 'Show in the timeline' }).click();
    await page.locator('.list .row.on').waitFor();
    assert.match(await page.locator('.list .row.on').innerText(), /10:00:00/);
    await page.getByRole('button', { name: 'UTC', exact: true }).click();
    assert.match(await page.locator('.list .row.on').innerText(), /10:00:00[\s\S]*2 Mar/);
  }));

test('the entity panel counts lazily, shows when and asks on demand', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    const panel = page.locator('.panel');
    assert.match(await panel.innerText(), /Activity over time[\s\S]*Activity by weekday and hour/);
    assert.match(
      await panel.locator('figure svg').last().getAttribute('aria-label'),
      /busiest on Mon at 11:00/,
    );
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await panel.getByRole('button', { name: /^ran → Processes/ }).click();
    await settled(page);
    assert.ok(asked.some((url) => url.includes('/neighbors?')));
    assert.match(await panel.innerText(), /Showing 50 of 6\d/);
    await panel.getByRole('button', { name: 'Show more' }).click();
    await settled(page);
    assert.match(await panel.innerText(), /Showing (6\d) of \1/);
  }));

test('noise is hidden by one click and counted', () =>
  visit(async (page) => {
    await view(page, 'Query');
    await page.getByLabel('Cypher, read-only').fill('MATCH (n:User) RETURN n');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: /^Draw/ }).click();
    await settled(page);
    const summary = async () => Number((await page.getByTestId('summary').innerText()).split(' ')[0]);
    const before = await summary();
    let hidden = 0;
    for (const at of [0, 1, 2, 3]) {
      await page.locator('.toggle').nth(at).click();
      const text = await page.locator('.toggle').nth(at).innerText();
      hidden += Number(/\((\d+) hidden\)/.exec(text)?.[1] ?? 0);
    }
    assert.equal((await summary()) + hidden, before);
  }));

test('a page of pyvis and lines for Timesketch come from the server', () =>
  visit(async (page) => {
    await showPaths(page);
    const html = await saved(page, 'Page (pyvis HTML)');
    assert.match(html, /alpha[\s\S]*bravo/);
    assert.doesNotMatch(html, /(src|href)\s*=\s*["']\s*(https?:)?\/\//);
    const lines = (await saved(page, 'Events (Timesketch)')).trim().split('\n').map(JSON.parse);
    const hops = lines.filter((line) => line.timestamp_desc === 'remote logon');
    assert.deepEqual(
      hops.map((line) => [line.source_id, line.target_id, line.datetime.slice(11, 19)]),
      [
        ['alpha', 'bravo', '10:00:00'],
        ['bravo', 'charlie', '10:30:00'],
      ],
    );
  }));
