// Debian's Chromium, driven by Playwright from the folder of tools that `cargo xtask test` fills.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [base, tools] = process.argv.slice(2);
const require = createRequire(`${tools}/package.json`);
const { chromium } = require('playwright-core');

export const address = (path) => base + path;
export const axe = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const launch = () =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });

// One address of every kind of page. What a page kind adds goes here.
export const KINDS = [
  '/', '/products', '/products/dovecot', '/products/dovecot/evidence', '/protocols', '/protocols/imap',
  '/extensions/imap/idle', '/features', '/features/virtual-hosting', '/matrix/imap', '/matrix/features',
  '/compare', '/compare?p=exim%2Cpostfix', '/compare/classic-five', '/surveys', '/surveys/djb-2001',
  '/glossary', '/glossary/mta', '/search?q=imap', '/search?q=xqzzyw', '/about/method', '/data', '/manual',
  '/manual/admin/plugins', '/manual/configuration', '/manual/wit', '/manual/rfc-status', '/nowhere',
];

export function check(condition, message) {
  if (!condition) throw new Error(message);
}
