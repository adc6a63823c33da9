// @ts-check
/// <reference path="./wit.d.ts" />
// What a filter answers: one verdict, with edits and scores beside it.

import { encode } from './text.js';

/** @typedef {import('waxseal:plugin/types@0.1.0').Verdict} Verdict */
/** @typedef {import('waxseal:plugin/types@0.1.0').Edit} Edit */
/** @typedef {import('waxseal:plugin/types@0.1.0').Score} Score */

/**
 * Begins with a verdict, as in `Outcome.next().tag('seen').score('ODD', 1.5)`; each method answers the
 * outcome itself.
 */
export class Outcome {
  /** @param {Verdict} verdict */
  constructor(verdict) {
    this.verdict = verdict;
    /** @type {Edit[]} */
    this.edits = [];
    /** @type {Score[]} */
    this.scores = [];
  }

  /** No opinion; the next filter is asked. */
  static next() {
    return new Outcome({ tag: 'next' });
  }

  /** Fine: no later filter is asked at this stage. */
  static accept() {
    return new Outcome({ tag: 'accept' });
  }

  /**
   * Refuse for good.
   * @param {number} code 500 to 559.
   * @param {string} enhanced For example `5.7.1`.
   * @param {string} text
   */
  static reject(code, enhanced, text) {
    return new Outcome({ tag: 'reject', val: { code, enhanced, text } });
  }

  /**
   * Refuse for now.
   * @param {number} code 400 to 459.
   * @param {string} enhanced For example `4.7.1`.
   * @param {string} text
   */
  static defer(code, enhanced, text) {
    return new Outcome({ tag: 'defer', val: { code, enhanced, text } });
  }

  /** Answer that the message was accepted, and forget it. */
  static discard() {
    return new Outcome({ tag: 'discard' });
  }

  /**
   * Accept into the Junk mailbox.
   * @param {string} why
   */
  static quarantine(why) {
    return new Outcome({ tag: 'quarantine', val: why });
  }

  /**
   * Accept and hold until an administrator releases the message.
   * @param {string} why
   */
  static hold(why) {
    return new Outcome({ tag: 'hold', val: why });
  }

  /**
   * Puts a field at the end of the header section.
   * @param {string} name
   * @param {string | Uint8Array} value
   */
  addHeader(name, value) {
    return this.edit({ tag: 'add-header', val: { name, value: encode(value) } });
  }

  /**
   * Puts a field before the one at this position; 0 is the top.
   * @param {number} position
   * @param {string} name
   * @param {string | Uint8Array} value
   */
  insertHeader(position, name, value) {
    return this.edit({ tag: 'insert-header', val: [position, { name, value: encode(value) }] });
  }

  /**
   * Replaces the value of the field with this name and number (from 0).
   * @param {string} name
   * @param {number} number
   * @param {string | Uint8Array} value
   */
  replaceHeader(name, number, value) {
    return this.edit({ tag: 'replace-header', val: [name, number, encode(value)] });
  }

  /**
   * Removes all fields of this name.
   * @param {string} name
   */
  removeHeader(name) {
    return this.edit({ tag: 'remove-header', val: name });
  }

  /** @param {string} address */
  addRecipient(address) {
    return this.edit({ tag: 'add-recipient', val: address });
  }

  /** @param {string} address */
  removeRecipient(address) {
    return this.edit({ tag: 'remove-recipient', val: address });
  }

  /** @param {string} address Empty for the null reverse-path. */
  setSender(address) {
    return this.edit({ tag: 'set-sender', val: address });
  }

  /**
   * Labels the message.
   * @param {string} tag
   */
  tag(tag) {
    return this.edit({ tag: 'add-tag', val: tag });
  }

  /** @param {Edit} edit */
  edit(edit) {
    this.edits.push(edit);
    return this;
  }

  /**
   * A weight; positive speaks against the message.
   * @param {string} symbol
   * @param {number} points
   * @param {string | null} [note]
   */
  score(symbol, points, note = null) {
    this.scores.push({ symbol, points, note });
    return this;
  }
}
