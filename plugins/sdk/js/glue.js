// @ts-check
/// <reference path="./wit.d.ts" />
// Between what a component exports and the classes that authors write.

import * as log from 'waxseal:plugin/log@0.1.0';
import { PluginError, ServerError } from './error.js';

/**
 * Who a plugin is.
 * @typedef {object} About
 * @property {string} name
 * @property {string} version
 * @property {string[]} stages
 */

/** @typedef {import('waxseal:plugin/lifecycle@0.1.0').Lifecycle} Lifecycle */

/**
 * Runs a stage. Whatever it throws becomes a plugin error, and what nobody meant to throw is logged
 * with its place.
 * @template T
 * @param {() => T} stage
 * @returns {T}
 */
export function guarded(stage) {
  try {
    return stage();
  } catch (thrown) {
    throw pluginError(thrown);
  }
}

/**
 * @param {unknown} thrown
 * @returns {import('waxseal:plugin/types@0.1.0').PluginError}
 */
function pluginError(thrown) {
  if (thrown instanceof PluginError) {
    return { code: thrown.code, message: thrown.message, retryable: thrown.retryable };
  }
  const stack = thrown instanceof Error ? String(thrown.stack).trim() : '';
  log.write('error', `${thrown} ${stack}`, []);
  if (thrown instanceof ServerError) {
    const retryable = thrown.kind !== 'denied' && thrown.kind !== 'too-large';
    return { code: `${thrown.service}-${thrown.kind}`, message: thrown.message, retryable };
  }
  return { code: 'exception', message: String(thrown), retryable: false };
}

/**
 * The exports that every plugin has, and the one value that lives as long as the instance.
 * @template T
 * @param {About} about
 * @param {new () => T} Plugin
 */
export function begin(about, Plugin) {
  /** @type {T | undefined} */
  let plugin;
  /** @type {Lifecycle} */
  const lifecycle = {
    describe: () => about,
    configure: () =>
      guarded(() => {
        plugin = new Plugin();
      }),
  };
  const current = () => {
    if (plugin === undefined) {
      throw new PluginError('not-configured', 'a stage came before configure');
    }
    return plugin;
  };
  return { lifecycle, current };
}
