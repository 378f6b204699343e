/** The workspace as an analyst uses it, against the real server; nothing but the server may be asked. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  address,
  hash,
  launch,
  saved,
  search,
  sessionOf,
  settled,
  showPaths,
  signedIn,
  storedSession,
  view,
  visitWith,
} from './_browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const session = storedSession();
const visit = (work, options) => visitWith(browser, work, options);

test('the link signs in once and leaves the address', async () => {
  const { context, page, faults } = await signedIn(browser);
  assert.ok(!page.url().includes('token'));
  assert.equal(await page.evaluate(() => document.cookie), '', 'the cookie is out of reach of scripts');
  assert.match((await sessionOf(context)).name, /^graphhunt_\d+$/);
  assert.deepEqual(faults, []);
  await context.close();
  const other = await browser.newContext();
  const again = await other.newPage();
  const answer = await again.goto(address);
  assert.equal(answer.status(), 403);
  await other.close();
});

test('without a session the page says how to get one', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL(address).origin);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByText('graphhunt serve').waitFor();
  await context.close();
});

test('two clicks lead from the first page to the proof of a hop', () =>
  visit(async (page) => {
    await showPaths(page);
    const first = page.locator('.paths ol li').first();
    assert.match(await first.innerText(), /alpha[\s\S]*bravo[\s\S]*charlie/i);
    assert.match(await first.innerText(), /ada[\s\S]*grace/);
    assert.match(await page.getByTestId('summary').innerText(), /3 of 3 entities/);
    assert.match(await page.locator('.canvas').getAttribute('aria-label'), /attack path of 2 hops/);
    const panel = page.locator('.panel');
    await panel.locator('pre').first().waitFor();
    assert.match(await panel.innerText(), /Account\s*ada/);
    assert.match(await panel.locator('pre').first().innerText(), /"EventID": 4/);
    assert.match(await panel.locator('.place').first().innerText(), /onerror=1>\.json · .*\d/);
  }));

test('no part of a path, its proof or its time is cut off', () =>
  visit(async (page) => {
    await showPaths(page);
    await page.locator('.panel pre').first().waitFor();
    for (const part of ['.panel', '.left .parts', '.panel article header'])
      for (const [wide, room] of await page
        .locator(part)
        .evaluateAll((all) => all.map((one) => [one.scrollWidth, one.clientWidth])))
        assert.ok(wide <= room, `${part} takes ${wide} of ${room} pixels`);
    const cut = await page.locator('footer .tick text').evaluateAll((all) =>
      all
        .filter((one) => getComputedStyle(one).visibility === 'visible')
        .filter((one) => {
          const [text, room] = [one, one.ownerSVGElement].map((it) => it.getBoundingClientRect());
          return text.left < room.left || text.right > room.right;
        })
        .map((one) => one.textContent),
    );
    assert.deepEqual(cut, []);
  }));

test('a path is drawn from left to right, and SVG keeps text as text', () =>
  visit(async (page) => {
    await showPaths(page);
    const svg = await saved(page, 'Picture (SVG)');
    const at = [...svg.matchAll(/<text x="([\d.-]+)"[^>]*>(alpha|bravo|charlie)</gi)].map((m) => [
      m[2].toLowerCase(),
      Number(m[1]),
    ]);
    const x = Object.fromEntries(at);
    assert.ok(x.alpha < x.bravo && x.bravo < x.charlie, JSON.stringify(at));
    assert.match(svg, /<tspan[^>]*>1 · 10:00:00<\/tspan><tspan[^>]*>ada</);
    assert.ok(!/<script|onload|foreignObject/i.test(svg));
  }));

test('search, counts, expand and groups', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    const panel = page.locator('.panel');
    assert.equal((await panel.getByRole('heading', { level: 2 }).innerText()).toLowerCase(), 'bravo');
    await panel.getByRole('button', { name: 'Expand ran Processes' }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^51 of 51 entities/);
    await view(page, 'Table');
    assert.equal(
      await page.locator('section').filter({ hasText: 'Entities' }).locator('tbody input').count(),
      51,
    );
    await view(page, 'Graph');
    await panel.getByRole('button', { name: 'Collapse', exact: true }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /entities/);
    const nodes = JSON.parse(await saved(page, 'Graph (JSON)'));
    const total = nodes.groups.reduce((sum, group) => sum + group.total, 0);
    assert.equal(
      nodes.nodes.length + total,
      1 + Number(await panel.locator('.name', { hasText: 'ran' }).locator('.number').innerText()),
    );
  }));

test('the menu of an entity opens with counts, from mouse and keyboard', () =>
  visit(async (page) => {
    await search(page, 'charlie', 'Machines');
    const box = await page.locator('.canvas').boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button: 'right' });
    await page.getByRole('menuitem', { name: /remote logon/ }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('menu').count(), 0);
    await page.locator('.brand').focus();
    await page.keyboard.press('e');
    await page.getByRole('menuitem', { name: /remote logon/ }).click();
    await settled(page);
    assert.match(await page.getByTestId('summary').innerText(), /^2 of 2 entities/);
  }));

/** So many random actions are done; more of them: `GRAPHHUNT_ACTIONS=50`. */
const ACTIONS = Number(process.env.GRAPHHUNT_ACTIONS ?? 20);

test('random actions taken back give the identical state, and Back is undo', () =>
  visit(async (page) => {
    await search(page, 'bravo', 'Machines');
    await page.locator('.brand').focus();
    let seed = 7;
    const random = (n) => Math.floor((seed = (seed * 1103515245 + 12345) % 2147483648) / 65536) % n;
    const index = () => page.evaluate(() => history.state.index);
    const states = [];
    const remember = async () => (states[await index()] = await hash(page));
    const first = await index();
    await remember();
    const click = async (locator) => {
      const n = await locator.count();
      if (n)
        await locator
          .nth(random(n))
          .click({ timeout: 2000 })
          .catch(() => undefined);
    };
    const select = async () => {
      await view(page, 'Table');
      await click(page.locator('section').filter({ hasText: 'Entities' }).locator('tbody .cell'));
    };
    const actions = [
      () => view(page, ['Graph', 'Table', 'Timeline', 'Query'][random(4)]),
      () => click(page.locator('.toggle')),
      () => click(page.locator('.panel .expand')),
      select,
      async () => {
        await select();
        // Selecting changes the entry it is made in, so that undo comes back to this.
        await settled(page);
        await remember();
        await click(page.locator('.panel .tools').getByRole('button', { name: /^(Collapse|Hide)$/ }));
      },
      async () => {
        await view(page, 'Graph');
        const sizes = ['none', 'neighbours', 'relations'];
        const what = ['Size of entities', 'Colour of entities'][random(2)];
        await page.getByLabel(what).selectOption(sizes[random(3)]);
      },
      async () => {
        await view(page, 'Table');
        const boxes = page.locator('tbody input[type=checkbox]');
        const n = await boxes.count();
        for (let i = 0; i < Math.min(3, n); i += 1) await boxes.nth(random(n)).check();
        await click(page.getByRole('button', { name: 'Group', exact: true }));
      },
      async () => {
        const until = page.getByLabel('Window ends (UTC)');
        if (!(await until.count())) return click(page.getByRole('button', { name: /Set a time window/ }));
        await until.fill(`2026-03-02 1${random(3)}:${10 + random(40)}:00`);
        await until.press('Enter');
      },
    ];
    for (let done = 0; done < 400 && (await index()) - first < ACTIONS; done += 1) {
      states.length = (await index()) + 1;
      await actions[random(actions.length)]();
      await settled(page);
      if ((await page.getByTestId('summary').textContent()).trim().startsWith('0 of 0')) await page.goBack();
      await settled(page);
      await remember();
    }
    const last = await index();
    assert.ok(last - first >= ACTIONS, `${last - first} actions`);
    assert.ok(states.slice(first).filter(Boolean).length > 0.7 * ACTIONS, 'most actions are one step');
    assert.ok(new Set(states.slice(first)).size > 0.5 * ACTIONS, 'the actions differ');
    await page.locator('.brand').focus();
    for (let at = last - 1; at >= first; at -= 1) {
      await page.keyboard.press('Control+z');
      await page.waitForFunction((n) => history.state.index === n, at);
      if (states[at]) assert.equal(await hash(page), states[at], `undone to ${at}`);
    }
    for (let at = first + 1; at <= last; at += 1) {
      await page.keyboard.press('Control+y');
      await page.waitForFunction((n) => history.state.index === n, at);
      if (states[at]) assert.equal(await hash(page), states[at], `redone to ${at}`);
    }
    const tip = await hash(page);
    await page.goBack();
    await page.waitForFunction((n) => history.state.index === n, last - 1);
    assert.notEqual(await hash(page), tip);
    await page.goForward();
    await page.waitForFunction((n) => history.state.index === n, last);
    assert.equal(await hash(page), tip);
  }));

test('reload and a copied address restore the state, short or long', () =>
  visit(async (page, context) => {
    await showPaths(page);
    const short = await hash(page);
    await page.reload();
    await settled(page);
    assert.equal(await hash(page), short);
    await search(page, 'bravo', 'Machines');
    await page.getByRole('button', { name: 'Expand ran Processes' }).click();
    await page.waitForURL(/#v=[0-9a-f]{24}/);
    const long = await hash(page);
    const copy = await context.newPage();
    await copy.goto(page.url());
    await copy.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, long);
    await copy.close();
  }));

test('a time window goes into the address and into every call', () =>
  visit(async (page) => {
    await showPaths(page);
    const asked = [];
    page.on(
      'request',
      (request) => request.method() === 'POST' && asked.push([request.url(), request.postData() ?? '']),
    );
    await page.getByRole('button', { name: 'Set a time window with the keyboard' }).click();
    const until = page.getByLabel('Window ends (UTC)');
    await until.fill('2026-03-02 10:20:00');
    await until.press('Enter');
    await settled(page);
    assert.match(decodeURIComponent(page.url()), /"until":1772446800000000/);
    assert.ok(
      asked.some(([url, body]) => url.endsWith('/paths') && body.includes('2026-03-02T10:20:00.000000Z')),
    );
    assert.ok(
      asked.some(([url, body]) => url.endsWith('/graph') && body.includes('2026-03-02T10:20:00.000000Z')),
    );
    assert.match(await page.getByTestId('summary').innerText(), /1 outside the window/);
    await page.getByRole('button', { name: 'Hide outside' }).click();
    await page.getByRole('button', { name: 'Clear', exact: true }).first().click();
  }));

test('process tree, timeline and query', () =>
  visit(async (page) => {
    await search(page, 'process:powershell -enc', 'Processes');
    await page.getByRole('button', { name: 'Process tree', exact: true }).click();
    await page.locator('.tree ol li').first().waitFor();
    assert.match(await page.locator('.tree ol li').first().innerText(), /services\.exe/);
    assert.match(await page.locator('.tree li.asked').innerText(), /powershell -enc AAAA/);
    await page.getByRole('button', { name: 'As boxes' }).click();
    await page.locator('.tree svg .node').first().waitFor();
    assert.equal((await page.locator('.tree svg .node rect.odd').count()) >= 1, true);
    await view(page, 'Query');
    await page.getByLabel('Cypher, read-only').fill('MATCH (m:Machine) RETURN m.id AS id ORDER BY id');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.query tbody td');
    assert.deepEqual(await page.locator('.query tbody td').allInnerTexts(), ['alpha', 'bravo', 'charlie']);
    const names = [...'abcdefg'];
    const [all, sum] = [names.map((name) => `(${name}:Process)`), names.map((name) => `${name}.pid`)];
    const long = `MATCH ${all.join(',')} WHERE ${sum.join('+')} = -5 RETURN count(*)`;
    await page.getByLabel('Cypher, read-only').fill(long);
    await page.keyboard.press('Control+Enter');
    await page.locator('.query').getByRole('button', { name: 'Cancel' }).dispatchEvent('click');
    await page.locator('.query').getByRole('button', { name: 'Run', exact: true }).waitFor();
    assert.equal(await page.locator('.query .notice.error').count(), 0, 'cancelled by oneself is no error');
    await view(page, 'Graph');
    await page.locator('.brand').focus();
    await page.keyboard.press('a');
    await page.waitForSelector('.paths ol li');
    await view(page, 'Timeline');
    await page.locator('.list .row').first().waitFor();
    assert.equal(await page.locator('.list .row').count(), 2);
    await page.locator('.list').focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await page.locator('.list .row.on').innerText(), /10:00:00/);
  }));

test('a refused query says why, an empty search says so', async () => {
  const { context, page } = await signedIn(browser, { session });
  await settled(page);
  await view(page, 'Query');
  await page.getByLabel('Cypher, read-only').fill('MATCH (n) DETACH DELETE n');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.query .notice.error').waitFor();
  await page.locator('.brand').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('no such name anywhere');
  await page.getByText('Nothing is named like').waitFor();
  await context.close();
});

test('exports open elsewhere', () =>
  visit(async (page) => {
    await showPaths(page);
    const rows = (await saved(page, 'Relations (CSV)')).trim().split('\r\n');
    assert.equal(rows.length, 3);
    assert.match(rows[1], /REMOTE_LOGON/);
    const graphml = await saved(page, 'Graph (GraphML)');
    const faults = await page.evaluate(
      (text) =>
        new DOMParser().parseFromString(text, 'application/xml').querySelectorAll('parsererror').length,
      graphml,
    );
    assert.equal(faults, 0);
  }));

test('the theme follows the system, and a choice is kept', () =>
  visit(
    async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      assert.equal(await theme(), 'dark');
      await page.getByRole('button', { name: 'Light' }).click();
      assert.equal(await theme(), 'light');
      await page.reload();
      await settled(page);
      assert.equal(await theme(), 'light');
    },
    { theme: 'dark' },
  ));
