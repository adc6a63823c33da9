// @ts-check
/// <reference path="./wit.d.ts" />
// Lines in the server's log; plugin and session are named by the server.

import * as log from 'waxseal:plugin/log@0.1.0';

/** @typedef {Record<string, string>} Fields */

/**
 * @param {import('waxseal:plugin/log@0.1.0').Level} level
 * @param {string} message
 * @param {Fields} [fields]
 */
export function write(level, message, fields = {}) {
  log.write(level, message, Object.entries(fields));
}

/** Every step. @param {string} message @param {Fields} [fields] */
export const trace = (message, fields) => write('trace', message, fields);
/** For authors. @param {string} message @param {Fields} [fields] */
export const debug = (message, fields) => write('debug', message, fields);
/** Worth knowing. @param {string} message @param {Fields} [fields] */
export const info = (message, fields) => write('info', message, fields);
/** Something is wrong, work goes on. @param {string} message @param {Fields} [fields] */
export const warn = (message, fields) => write('warn', message, fields);
/** Something failed. @param {string} message @param {Fields} [fields] */
export const error = (message, fields) => write('error', message, fields);
