// @ts-check
/// <reference path="./wit.d.ts" />
// Filters: a class whose methods are the stages of a session.

import { begin, guarded } from './glue.js';
import { Outcome } from './outcome.js';

export { PluginError, ServerError } from './error.js';
export { Outcome } from './outcome.js';

/** @typedef {import('waxseal:plugin/types@0.1.0').Param} Param */
/** @typedef {import('waxseal:plugin/filter-hooks@0.1.0').FilterHooks} FilterHooks */
/** @typedef {Outcome | void} Answer Nothing stands for no opinion. */

/**
 * A filter: one value for each session. Its constructor reads the configuration, and may throw a
 * `PluginError`, which refuses it. Stages that are not named to `filter` are never called.
 */
export class Filter {
  /** A client connected; nothing was said yet. @returns {Answer} */
  onConnect() {}

  /**
   * After EHLO, HELO or LHLO.
   * @param {string} name Its argument.
   * @returns {Answer}
   */
  onHelo(name) {}

  /**
   * After an attempt to authenticate, on every protocol.
   * @param {string} user
   * @param {string} mechanism
   * @param {boolean} success
   * @returns {Answer}
   */
  onAuth(user, mechanism, success) {}

  /**
   * After MAIL: a transaction begins.
   * @param {string} sender Empty for the null reverse-path.
   * @param {Param[]} params
   * @returns {Answer}
   */
  onMail(sender, params) {}

  /**
   * After RCPT, for a recipient that the server would accept.
   * @param {string} recipient
   * @param {Param[]} params
   * @returns {Answer}
   */
  onRcpt(recipient, params) {}

  /** The header section is complete; the body cannot be read yet. @returns {Answer} */
  onHeaders() {}

  /** The whole message is here. @returns {Answer} */
  onMessage() {}

  /** The session is over. */
  onDisconnect() {}
}

/**
 * The exports of a filter: `export const { lifecycle, filterHooks } = filter({…}, MyFilter);`
 * @param {import('./glue.js').About} about
 * @param {new () => Filter} Plugin
 */
export function filter(about, Plugin) {
  const { lifecycle, current } = begin(about, Plugin);
  return { lifecycle, filterHooks: filterHooks(current) };
}

/**
 * @param {() => Filter} current
 * @returns {FilterHooks}
 */
export function filterHooks(current) {
  /** @param {(plugin: Filter) => Answer} stage */
  const asked = (stage) => guarded(() => stage(current()) ?? Outcome.next());
  return {
    onConnect: () => asked((plugin) => plugin.onConnect()),
    onHelo: (name) => asked((plugin) => plugin.onHelo(name)),
    onAuth: (user, mechanism, success) =>
      asked((plugin) => plugin.onAuth(user, mechanism, success)),
    onMail: (sender, params) => asked((plugin) => plugin.onMail(sender, params)),
    onRcpt: (recipient, params) => asked((plugin) => plugin.onRcpt(recipient, params)),
    onHeaders: () => asked((plugin) => plugin.onHeaders()),
    onMessage: () => asked((plugin) => plugin.onMessage()),
    onDisconnect: () => current().onDisconnect(),
  };
}
