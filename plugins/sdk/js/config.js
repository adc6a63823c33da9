// @ts-check
/// <reference path="./wit.d.ts" />
// What the administrator wrote under `[plugin.config]`, and secrets.

import * as config from 'waxseal:plugin/config@0.1.0';

/** A value at the top: text as it is, anything else as JSON. @param {string} key @returns {string | null} */
export const get = (key) => config.get(key);

/** The whole table. @returns {any} */
export const table = () => JSON.parse(config.rawJson());

/** A secret that was granted. @param {string} name @returns {string | null} */
export const secret = (name) => config.secret(name);
