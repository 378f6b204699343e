/**
 * Pictures of the workspace for the README: `GRAPHHUNT_URL=… node tests/screenshots.mjs FOLDER [WIDTHxHEIGHT]`.
 * Needs a server with a loaded case (`graphhunt demo`) and its one-time link.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, sessionOf, settled, signedIn } from './browser/_browser.mjs';

const [folder = 'pictures', size = '1280x800'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
await mkdir(folder, { recursive: true });
const browser = await launch();
let session;
for (const theme of ['light', 'dark']) {
  const { context, page, faults } = await signedIn(browser, { theme, width, height, session });
  session ??= await sessionOf(context);
  const picture = (name) => page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  await settled(page);
  await picture('start');
  await page.getByRole('button', { name: 'Show attack paths' }).last().click();
  await page.waitForSelector('.paths ol li');
  await page.locator('.panel pre').first().waitFor();
  await settled(page);
  await picture('path');
  // The far end of the path, opened: who logged on there, and from which address.
  await page.getByRole('tab', { name: 'Table' }).click();
  await page.locator('table').first().locator('.cell').last().click();
  await page.getByRole('tab', { name: 'Graph' }).click();
  for (const name of [/logged on Users/, /had ip/]) {
    await page.locator('.panel').getByRole('button', { name, exact: false }).last().click();
    await settled(page);
  }
  await picture('expanded');
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await settled(page);
  await picture('timeline');
  if (faults.length) throw new Error(faults.join('\n'));
  await context.close();
}
await browser.close();
