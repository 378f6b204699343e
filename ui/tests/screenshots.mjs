/**
 * Every page of the workspace in both themes, for eyes:
 * `GRAPHHUNT_URL=… node tests/screenshots.mjs FOLDER [WIDTHxHEIGHT]`, against a server with a loaded case
 * (`graphhunt demo`) and its one-time link.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, room, search, sessionOf, settled, signedIn } from './browser/_browser.mjs';

const [folder = 'pictures', size = '1280x800'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
await mkdir(folder, { recursive: true });
const browser = await launch();

async function signIn(theme) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(new URL(process.env.GRAPHHUNT_URL).origin);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.screenshot({ path: join(folder, `sign-in-${theme}.png`) });
  await context.close();
}

let session;
for (const theme of ['light', 'dark']) {
  await signIn(theme);
  const { context, page, faults } = await signedIn(browser, { theme, width, height, session });
  session ??= await sessionOf(context);
  const picture = (name) => page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  const view = (name) => page.getByRole('tab', { name }).click();
  const aside = async (name) => {
    await view(name);
    await settled(page);
    await picture(
      String(name.source ?? name)
        .replace(/\W/g, '')
        .toLowerCase(),
    );
  };
  await settled(page);
  await picture('start');
  await page.getByRole('button', { name: 'Show attack paths' }).last().click();
  await page.waitForSelector('.paths ol li');
  await page.locator('.panel pre').first().waitFor();
  await settled(page);
  await picture('path');
  await page.getByRole('button', { name: 'Play the attack' }).click();
  await page.getByTestId('step').waitFor();
  await picture('play');
  await page.getByRole('button', { name: 'Whole path' }).click();
  // The far end of the path, opened: who logged on there, and from which address.
  await view('Table');
  await page.locator('table').first().locator('.cell').last().click();
  await settled(page);
  await picture('table');
  await view('Graph');
  await settled(page);
  await picture('entity');
  for (const name of [/logged on Users/, /had ip/]) {
    await page.locator('.panel').getByRole('button', { name, exact: false }).last().click();
    await settled(page);
  }
  await picture('expanded');
  await page.locator('.brand').focus();
  await page.keyboard.press('e');
  await page.waitForSelector('[role=menuitem]');
  await settled(page);
  await picture('menu');
  await page.keyboard.press('Escape');
  for (const name of ['Timeline', 'Map']) await aside(name);
  await view('Compare');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await settled(page);
  await picture('compare');
  await view('Query');
  await page.keyboard.press('Tab');
  await page.locator('#cypher').press('Control+Enter');
  await page.waitForSelector('.query tbody td');
  await picture('query');
  await page.locator('#cypher').fill('MATCH (n) DELETE n');
  await page.locator('#cypher').press('Control+Enter');
  await page.locator('.query .notice.error').waitFor();
  await picture('refused');
  await view('Graph');
  await search(page, 'process:powershell');
  await page.getByRole('button', { name: 'Process tree', exact: true }).click();
  await page.locator('.tree ol li').first().waitFor();
  await settled(page);
  await picture('tree');
  await view('Graph');
  await page.locator('.brand').focus();
  await page.keyboard.press('v');
  await settled(page);
  await aside(/^Case/);
  await room(page, 'Data');
  await settled(page);
  await picture('data');
  await room(page, 'Graph');
  await aside('Access');
  await page.keyboard.press('?');
  await picture('help');
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.insertText('10.');
  await page.locator('.hit').first().waitFor();
  await settled(page);
  await picture('search');
  if (faults.length) console.error(theme, faults.filter((text) => !/status of 4/.test(text)).join('\n'));
  await context.close();
}
await browser.close();
