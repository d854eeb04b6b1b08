// @ts-check
/**
 * Prints, as JSON, what Chromium says to the permission `loopback-network` on pages of these addresses, which come from no network.
 * Usage: node loopback-permission.mjs <chromium> <address…>
 */
import { chromium } from 'playwright-core';

const [executablePath = '', ...addresses] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: 'page' }));
/** @type {string[]} */
const states = [];
for (const address of addresses) {
  await page.goto(address);
  states.push(await page.evaluate("navigator.permissions.query({ name: 'loopback-network' }).then((p) => p.state)"));
}
await browser.close();
process.stdout.write(JSON.stringify(states));
