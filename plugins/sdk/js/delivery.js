// @ts-check
/// <reference path="./wit.d.ts" />
// Delivery plugins: where accepted messages go.

import { PluginError } from './error.js';
import { begin, guarded } from './glue.js';
import { encode } from './text.js';

export { PluginError, ServerError } from './error.js';

/** @typedef {import('waxseal:plugin/delivery-hooks@0.1.0').DeliveryHooks} DeliveryHooks */
/** @typedef {import('waxseal:plugin/delivery-hooks@0.1.0').Action} Action */
/** @typedef {import('waxseal:plugin/delivery-hooks@0.1.0').TransportResult} TransportResult */

/** One value for each call. */
export class Delivery {
  /**
   * Where the message goes for this recipient; no action is no opinion.
   * @param {string} recipient
   * @returns {Action[] | void}
   */
  route(recipient) {}

  /**
   * Takes the message to the recipient, where this plugin is the transport.
   * @param {string} recipient
   * @param {number} attempt From 1.
   * @returns {TransportResult}
   */
  deliver(recipient, attempt) {
    throw new PluginError('no-transport', 'this plugin routes, it takes no messages');
  }
}

/**
 * `export const { lifecycle, deliveryHooks } = delivery({…}, MyDelivery);`
 * @param {import('./glue.js').About} about
 * @param {new () => Delivery} Plugin
 */
export function delivery(about, Plugin) {
  const { lifecycle, current } = begin(about, Plugin);
  /** @type {DeliveryHooks} */
  const deliveryHooks = {
    route: (recipient) => guarded(() => current().route(recipient) ?? []),
    deliver: (recipient, attempt) => guarded(() => current().deliver(recipient, attempt)),
  };
  return { lifecycle, deliveryHooks };
}

/** What can be done with a message. */
export const action = {
  /** What would be done without this plugin. @returns {Action} */
  asPlanned: () => ({ tag: 'as-planned' }),
  /**
   * Append to a mailbox.
   * @param {{ address?: string, mailbox?: string, imapFlags?: string[] }} [where]
   * @returns {Action}
   */
  keep: ({ address, mailbox, imapFlags } = {}) => ({
    tag: 'keep',
    val: { address: address ?? null, mailbox: mailbox ?? null, imapFlags: imapFlags ?? [] },
  }),
  /**
   * Send on to this address.
   * @param {string} address
   * @returns {Action}
   */
  forward: (address) => ({ tag: 'forward', val: address }),
  /**
   * Send a message of the plugin's own.
   * @param {string} recipient
   * @param {string | Uint8Array} message
   * @param {string} [sender] Empty for the null reverse-path.
   * @returns {Action}
   */
  respond: (recipient, message, sender = '') => ({
    tag: 'respond',
    val: { sender, recipient, message: encode(message) },
  }),
  /**
   * Fail for good and report it.
   * @param {number} code
   * @param {string} enhanced
   * @param {string} text
   * @returns {Action}
   */
  bounce: (code, enhanced, text) => ({ tag: 'bounce', val: { code, enhanced, text } }),
  /** Forget the message for this recipient. @returns {Action} */
  discard: () => ({ tag: 'discard' }),
  /**
   * Hand it to a delivery plugin.
   * @param {string} plugin
   * @returns {Action}
   */
  transport: (plugin) => ({ tag: 'transport', val: plugin }),
  /**
   * Decide later.
   * @param {number} seconds
   * @returns {Action}
   */
  retryAfter: (seconds) => ({ tag: 'retry-after', val: seconds }),
};
