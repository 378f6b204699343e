import assert from 'node:assert/strict';

/** Nothing ran, nothing became markup that could run or fetch. */
export async function unharmed(page, where) {
  const harm = await page.evaluate(() => [
    typeof window.__xss,
    typeof Object.prototype.__xss,
    document.querySelectorAll(
      '#app :is(script, iframe, object, embed, img, base, form[action*="evil"], link, meta)',
    ).length,
  ]);
  assert.deepEqual(harm, ['undefined', 'undefined', 0], `a name was more than text in ${where}`);
}
