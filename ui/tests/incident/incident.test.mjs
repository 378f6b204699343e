/** The room of incidents on a real intrusion: what one look shows, cutting and taking back, keys, and a window. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, settled, visitWith } from '../browser/_browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const visit = (work, options = {}) =>
  visitWith(
    browser,
    async (page, context) => {
      await page.waitForSelector('.blind');
      await settled(page);
      await work(page, context);
    },
    { at: '#/incidents', ...options },
  );

/** Whether everything that the selectors find is wholly inside the window, or inside what scrolls for the first of it. */
const outside = (page, selectors) =>
  page.evaluate(
    (wanted) =>
      wanted.flatMap((selector) => {
        const found = [...document.querySelectorAll(selector)];
        if (!found.length) return [`${selector} is missing`];
        const floor = document.querySelector('.blind').getBoundingClientRect();
        return found
          .map((element) => element.getBoundingClientRect())
          .filter((box) => {
            const below = box.bottom > (selector.startsWith('.story') ? floor.top : window.innerHeight) + 1;
            return box.top < 0 || box.left < 0 || box.right > window.innerWidth + 1 || below || !box.height;
          })
          .map((box) => `${selector} at ${Math.round(box.top)}–${Math.round(box.bottom)}`);
      }),
    selectors,
  );

for (const [width, height] of [
  [1280, 800],
  [1920, 1080],
])
  for (const theme of ['light', 'dark'])
    test(`ten seconds: one look shows all of it, ${width}×${height}, ${theme}`, () =>
      visit(
        async (page) => {
          const cut = await outside(page, ['.headline h2', '.steps li', '.lanes > div']);
          assert.deepEqual(cut, []);
          const fold = page.locator('.story [role=group]').first();
          const box = await fold.boundingBox();
          const blind = await page.locator('.blind').boundingBox();
          assert.ok(box.y > 0 && box.y + box.height <= blind.y + 1, 'the first fold is cut off');
          assert.ok(blind.y + blind.height <= height + 1, 'the blind spots are below the window');
          const said = await page.locator('.headline h2').innerText();
          for (const name of ['pgustavo', 'WORKSTATION6', '10.10.10.5']) assert.ok(said.includes(name), name);
          assert.ok((await page.locator('.headline h2').boundingBox()).height < 66, 'more than three lines');
          await page.evaluate(axe);
          const found = await page.evaluate(() => globalThis.axe.run(document));
          const grave = found.violations.filter((item) => ['serious', 'critical'].includes(item.impact));
          assert.deepEqual(
            grave.map((item) => `${item.id} ${item.nodes[0].target}`),
            [],
          );
        },
        { width, height, theme },
      ));

test('what is cut and taken back leads to the list there was', () =>
  visit(async (page) => {
    const list = page.getByRole('navigation', { name: 'Incidents' });
    const before = await list.innerText();
    await page.getByRole('button', { name: 'cut', exact: true }).first().click();
    await page.getByRole('button', { name: 'Undo the cut' }).waitFor();
    await settled(page);
    const between = await list.innerText();
    assert.match(between, /BELOW THE LINE · 2/i);
    assert.match(between, /sbeavers asked for the administrators/i);
    await page.getByRole('button', { name: 'Undo the cut' }).click();
    await page.getByRole('button', { name: 'Undo the cut' }).waitFor({ state: 'detached' });
    await settled(page);
    assert.equal(await list.innerText(), before);
  }));

test('an act that is not malicious is no evidence, until that is taken back', () =>
  visit(async (page) => {
    const list = page.getByRole('navigation', { name: 'Incidents' });
    const before = await list.innerText();
    const cards = page.locator('.story > ol > li:not(.life)');
    await page.locator('button.card', { hasText: 'net.exe' }).click();
    await page.getByRole('button', { name: 'Not malicious' }).click();
    await page.getByRole('button', { name: 'Undo “not malicious”' }).waitFor();
    await settled(page);
    assert.equal(await cards.count(), 9);
    assert.ok(!(await list.innerText()).includes('sbeavers'));
    await page.getByRole('button', { name: 'Undo “not malicious”' }).click();
    await page.getByRole('button', { name: 'Undo “not malicious”' }).waitFor({ state: 'detached' });
    await settled(page);
    assert.equal(await list.innerText(), before);
  }));

test('keys go from act to act, unfold, and open the records', () =>
  visit(async (page) => {
    const now = () => page.evaluate(() => document.activeElement.dataset.act);
    await page.keyboard.press('j');
    const first = await now();
    await page.keyboard.press('j');
    const second = await now();
    assert.ok(first && second && first !== second);
    await page.keyboard.press('k');
    assert.equal(await now(), first);
    assert.equal(await page.locator('.story > ol > li:not(.life)').count(), 10);
    await page.keyboard.press('u');
    await settled(page);
    assert.equal(await page.locator('.story > ol > li:not(.life)').count(), 14);
    await page.locator(`[data-act="${second}"]`).focus();
    await page.keyboard.press('Enter');
    await page.locator('aside.panel .evidence pre').first().waitFor();
    const panel = await page.locator('aside.panel').innerText();
    assert.match(panel, /installed Updater on WORKSTATION6/);
    assert.match(panel, /0x2990d17/);
    assert.match(page.url(), /act=/);
    await page.keyboard.press('Escape');
    await page.locator('aside.panel').waitFor({ state: 'detached' });
  }));

test('a window leaves out what lies outside it, counts that, and gives it back', () =>
  visit(
    async (page) => {
      assert.match(await page.locator('.narrowed').innerText(), /12 acts outside the window/);
      const times = await page.locator('.story .when').allInnerTexts();
      assert.ok(times.length > 0 && times.every((text) => !/2[02] Sep/.test(text)), times.join());
      assert.equal(await page.locator('.steps li').count(), times.length);
      await page.locator('.narrowed button').click();
      await page.locator('.narrowed').waitFor({ state: 'detached' });
      await settled(page);
      assert.equal(await page.locator('.story > ol > li:not(.life)').count(), 10);
    },
    { at: '#/incidents?since=2020-09-21T00:00:00Z&until=2020-09-22T00:00:00Z' },
  ));

test('a name and a verdict stand in the list; benign leaves it, is counted, and undone', () =>
  visit(async (page) => {
    const list = page.getByRole('navigation', { name: 'Incidents' });
    const before = await list.innerText();
    const dialog = page.getByRole('dialog', { name: 'This incident' });
    const state = async (fill) => {
      await page.locator('button.work').click();
      await dialog.waitFor();
      await fill();
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await settled(page);
    };
    await state(async () => {
      await dialog.getByLabel('Name').fill('Two nights <img src=x>');
      await dialog.getByLabel('Works on it').fill('ann');
      await dialog.getByLabel('Status').selectOption('in work');
    });
    assert.match(await list.innerText(), /Two nights <img src=x>\s+in work · ann/);
    assert.match(await page.locator('.headline').innerText(), /Two nights <img src=x>/);
    await state(async () => {
      await dialog.getByLabel('Verdict').selectOption('benign');
      await dialog.getByLabel('Note').fill('our own exercise');
    });
    await list.getByText('1 benign left out').waitFor();
    assert.ok(!(await list.innerText()).includes('Two nights'));
    assert.match(await page.locator('.headline').innerText(), /✓ benign/);
    await list.getByRole('button', { name: 'show' }).click();
    await list.getByText('Two nights').waitFor();
    await list.getByRole('button', { name: 'hide' }).click();
    await list.getByText('Two nights').waitFor({ state: 'detached' });
    await page.locator('button.work').click();
    await dialog.getByText('verdict: benign · note: our own exercise').waitFor();
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document));
    assert.deepEqual(
      found.violations.map((item) => `${item.id} ${item.nodes[0].target}`),
      [],
    );
    for (const left of [1, 0]) {
      await dialog.getByRole('button', { name: 'Undo' }).first().click();
      await page.waitForFunction(
        (n) => document.querySelectorAll('dialog[open] li button').length === n,
        left,
      );
    }
    await dialog.getByRole('button', { name: 'Close' }).click();
    await settled(page);
    assert.equal(await list.innerText(), before);
  }));

test('two incidents that are joined are one, until that is undone', () =>
  visit(async (page) => {
    const list = page.getByRole('navigation', { name: 'Incidents' });
    const before = await list.innerText();
    await page.getByRole('button', { name: 'Join…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Join an incident to this one' });
    await dialog.getByRole('radio').first().check();
    await dialog.getByLabel('Why').fill('the same night');
    await dialog.getByRole('button', { name: 'Join', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Undo the join' }).waitFor();
    await settled(page);
    assert.ok(!/below the line/i.test(await list.innerText()));
    assert.match(await page.locator('.story').innerText(), /Joined because .*the same night/);
    await page.getByRole('button', { name: 'Undo the join' }).click();
    await page.getByRole('button', { name: 'Undo the join' }).waitFor({ state: 'detached' });
    await settled(page);
    assert.equal(await list.innerText(), before);
  }));

test('a story says who somebody is, and what a statement of that would change', () =>
  visitWith(
    browser,
    async (page) => {
      const who = page.locator('details.identity');
      await who.locator('summary').click();
      await who.getByRole('list', { name: 'Spellings' }).getByText('WORKSTATION6.theshire.local').waitFor();
      await who.getByLabel('The same as').fill('WORKSTATION5.theshire.local');
      await who.getByRole('button', { name: 'What would change' }).click();
      const preview = who.getByRole('status', { name: 'What would change' });
      await preview.getByText(/[\d,]+ records of machine workstation5 would be of workstation6/).waitFor();
      await preview.getByRole('button', { name: 'records' }).click();
      await page.getByRole('heading', { name: 'Records' }).waitFor();
      await settled(page);
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document));
      const grave = found.violations.filter((item) => ['serious', 'critical'].includes(item.impact));
      assert.deepEqual(
        grave.map((item) => `${item.id} ${item.nodes[0].target}`),
        [],
      );
      await preview.getByRole('button', { name: 'Leave it' }).click();
      await preview.waitFor({ state: 'detached' });
      await who.getByRole('button', { name: 'WORKSTATION6 is not the same' }).click();
      await preview
        .getByText(/would be of/)
        .first()
        .waitFor();
    },
    { at: '#/machine/workstation6' },
  ));
