/** The README's two pictures: the incident of a loaded case, and the story of a host in it; started by docs/pictures.py. */
import { join } from 'node:path';
import { launch, settled, signedIn, storedSession } from './browser/_browser.mjs';

const [folder] = process.argv.slice(2);
const browser = await launch();
for (const theme of ['light', 'dark']) {
  const { context, page, faults } = await signedIn(browser, {
    theme,
    session: storedSession(),
    at: theme === 'light' ? '#/incidents' : '#/hosts',
  });
  await settled(page);
  if (theme === 'light') await page.getByRole('region', { name: 'Incident 1' }).locator('h2').waitFor();
  else {
    await page.getByRole('table').first().getByRole('link').first().click();
    await page.getByText('Who came').waitFor();
  }
  await settled(page);
  await page.screenshot({ path: join(folder, `workspace-${theme}.png`) });
  if (faults.length) throw new Error(faults.join('\n'));
  await context.close();
}
await browser.close();
