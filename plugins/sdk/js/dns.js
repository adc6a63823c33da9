// @ts-check
/// <reference path="./wit.d.ts" />
// Questions to the DNS. Granted as `dns = true`.

import * as dns from 'waxseal:plugin/dns@0.1.0';
import { ServerError, ask } from './error.js';

/**
 * @param {string} name
 * @param {import('waxseal:plugin/dns@0.1.0').Kind} kind
 * @returns {import('waxseal:plugin/dns@0.1.0').Answer}
 */
export const resolve = (name, kind) => ask('dns', () => dns.resolve(name, kind));

/**
 * The values only; empty where there is no such name or record.
 * @param {string} name
 * @param {import('waxseal:plugin/dns@0.1.0').Kind} kind
 * @returns {string[]}
 */
export function lookup(name, kind) {
  try {
    return resolve(name, kind).values;
  } catch (error) {
    if (error instanceof ServerError && ['nxdomain', 'no-data'].includes(error.kind)) {
      return [];
    }
    throw error;
  }
}
