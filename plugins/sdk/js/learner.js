// @ts-check
/// <reference path="./wit.d.ts" />
// Filters that learn from what users do with their messages.

import { begin, guarded } from './glue.js';
import { Filter, filterHooks } from './filter.js';

export { Outcome, PluginError, ServerError } from './filter.js';

/** @typedef {import('waxseal:plugin/mailbox-hooks@0.1.0').MailboxHooks} MailboxHooks */
/** @typedef {import('waxseal:plugin/mailbox-hooks@0.1.0').Moved} Moved */

/** A filter with one stage more, `moved`. */
export class Learner extends Filter {
  /**
   * A message went from one mailbox to another.
   * @param {Moved} event
   * @returns {void}
   */
  onMoved(event) {}
}

/**
 * `export const { lifecycle, filterHooks, mailboxHooks } = learner({…}, MyLearner);`
 * @param {import('./glue.js').About} about
 * @param {new () => Learner} Plugin
 */
export function learner(about, Plugin) {
  const { lifecycle, current } = begin(about, Plugin);
  /** @type {MailboxHooks} */
  const mailboxHooks = { onMoved: (event) => guarded(() => current().onMoved(event)) };
  return { lifecycle, filterHooks: filterHooks(current), mailboxHooks };
}
