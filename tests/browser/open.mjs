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
  '/glossary', '/glossary/mta', '/search?q=imap', '/search?q=xqzzyw', '/search?q=server&type=product&licence=open&explain=1',
  '/search/help', '/choose', '/choose?role=imap&must=imap%2Fcondstore', '/check', '/contribute', '/health/content',
  '/products/dovecot/diff?from=2.3&to=2.4', '/compare?p=dovecot%402.3%2Cdovecot%402.4', '/about/method', '/data', '/manual',
  '/manual/admin/plugins', '/manual/configuration', '/manual/wit', '/manual/rfc-status', '/nowhere',
];

export function check(condition, message) {
  if (!condition) throw new Error(message);
}
