// axe-core on every kind of page, in light and dark: no violation.
// usage: node axe.mjs URL TOOLS
import { KINDS, address, axe, launch } from './open.mjs';

const source = axe();
const browser = await launch();
const failures = [];
for (const colorScheme of ['light', 'dark']) {
  // Between the themes only colours differ.
  const rules = colorScheme === 'light' ? undefined : { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
  // The checker is put into the page from outside, which the page's own policy would forbid.
  const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 1024, height: 800 } });
  const page = await context.newPage();
  for (const path of KINDS) {
    await page.goto(address(path));
    await page.evaluate(source);
    const { violations } = await page.evaluate((runOnly) => axe.run(document, { resultTypes: ['violations'], runOnly }), rules);
    for (const { id, help, nodes } of violations) {
      const places = nodes.slice(0, 3).map((node) => `\n    ${node.html.slice(0, 160)}\n      ${node.failureSummary.split('\n').slice(1, 2)}`);
      failures.push(`${path} (${colorScheme}): ${id}: ${help}, ${nodes.length} places${places.join('')}`);
    }
  }
  await context.close();
}
await browser.close();
if (failures.length > 0) {
  console.log(failures.join('\n'));
  process.exit(1);
}
console.log(`${KINDS.length} kinds of pages, both themes: no violation`);
