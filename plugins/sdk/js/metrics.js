// @ts-check
/// <reference path="./wit.d.ts" />
// Figures among the server's metrics; `name` becomes `waxseal_plugin_<plugin>_<name>`.

import * as metrics from 'waxseal:plugin/metrics@0.1.0';

/** @typedef {Record<string, string>} Labels */

/** Adds to a counter. @param {string} name @param {number} [by] @param {Labels} [labels] */
export function count(name, by = 1, labels = {}) {
  metrics.counterAdd(name, by, Object.entries(labels));
}

/** Sets a gauge. @param {string} name @param {number} value @param {Labels} [labels] */
export function gauge(name, value, labels = {}) {
  metrics.gaugeSet(name, value, Object.entries(labels));
}

/** Adds a value to a histogram. @param {string} name @param {number} value @param {Labels} [labels] */
export function observe(name, value, labels = {}) {
  metrics.observe(name, value, Object.entries(labels));
}
