/** The README's two pictures: the best path of a loaded case, drawn and on the timeline; started by docs/pictures.py. */
import { join } from 'node:path';
import { launch, settled, showPaths, signedIn, storedSession } from './browser/_browser.mjs';

const [folder] = process.argv.slice(2);
const browser = await launch();
for (const theme of ['light', 'dark']) {
  const { context, page, faults } = await signedIn(browser, { theme, session: storedSession() });
  await settled(page);
  await showPaths(page);
  await page.locator('.paths ol .path').first().click();
  await page.locator('.panel pre').first().waitFor();
  if (theme === 'dark') await page.getByRole('tab', { name: 'Timeline' }).click();
  await settled(page);
  // Where the logs lay when the picture was taken is nobody's business.
  await page.evaluate(() => {
    const texts = document.createTreeWalker(document.querySelector('.panel'), NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode())
      text.nodeValue = text.nodeValue.replace(/\S*\/demo-logs\//, 'demo-logs/');
  });
  await page.screenshot({ path: join(folder, `workspace-${theme}.png`) });
  if (faults.length) throw new Error(faults.join('\n'));
  await context.close();
}
await browser.close();
