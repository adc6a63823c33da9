// @ts-check
// subject-guard: judges messages by words in their subject and text. See ../../README.md.

import * as config from '../../../sdk/js/config.js';
import { Filter, Outcome, PluginError, ServerError, filter } from '../../../sdk/js/filter.js';
import * as kv from '../../../sdk/js/kv.js';
import * as log from '../../../sdk/js/log.js';
import * as message from '../../../sdk/js/message.js';
import * as metrics from '../../../sdk/js/metrics.js';
import * as mime from '../../../sdk/js/mime.js';
import { contains, lower } from '../../../sdk/js/text.js';

/** How long a refused subject is remembered, in seconds. */
const DAY = 86400;
/** From so many words on, subject and text together, a message is quarantined. */
const ENOUGH = 3;
const MOST_STRIKES = 1000;

/**
 * The words of a value of the configuration, between commas.
 * @param {string} key
 */
function configured(key) {
  const words = (config.get(key) ?? '').split(',').map((word) => word.replace(/^ +| +$/g, ''));
  return words.filter((word) => word !== '');
}

/**
 * A number as decimal text, or null.
 * @param {string | null} text
 */
function number(text) {
  const value = /^[0-9]{1,4}$/.test(text ?? '') ? Number(text) : MOST_STRIKES + 1;
  return value <= MOST_STRIKES ? value : null;
}

class SubjectGuard extends Filter {
  constructor() {
    super();
    this.reject = configured('reject');
    this.quarantine = configured('quarantine');
    this.tag = configured('tag');
    this.body = configured('body');
    const words = [this.reject, this.quarantine, this.tag, this.body].flat();
    if (words.length === 0) {
      throw new PluginError('no-words', 'set at least one of reject, quarantine, tag and body');
    }
    const strikes = number(config.get('strikes') ?? '0');
    if (strikes === null) {
      throw new PluginError('bad-strikes', 'strikes must be a number from 0 to 1000');
    }
    this.strikes = strikes;
    this.subjectWords = 0;
  }

  /**
   * Runs what counts a sender's refusals, where somebody counts. Without memory work goes on.
   * @template T
   * @param {string} sender
   * @param {(key: string) => T} work
   */
  remember(sender, work) {
    if (this.strikes === 0 || sender === '') {
      return null;
    }
    try {
      return work(lower(`strikes:${sender}`));
    } catch (error) {
      if (!(error instanceof ServerError)) {
        throw error;
      }
      log.warn('refusals are not remembered', { error: error.kind });
      return null;
    }
  }

  /** @param {string} sender */
  onMail(sender) {
    this.subjectWords = 0;
    const refused = number(this.remember(sender, (key) => kv.getText(key)));
    if (refused === null || refused < this.strikes) {
      return;
    }
    metrics.count('refused', 1, { stage: 'mail' });
    return Outcome.reject(550, '5.7.1', 'too many refused subjects');
  }

  /** @param {string} word */
  refuse(word) {
    const sender = message.sender();
    this.remember(sender, (key) => kv.incr(key, 1, DAY));
    log.info('subject refused', { word, sender });
    metrics.count('refused', 1, { stage: 'headers' });
    return Outcome.reject(550, '5.7.1', `the subject holds "${word}"`);
  }

  onHeaders() {
    const subject = message.header('Subject');
    if (subject === null) {
      return;
    }
    /** @param {string[]} words */
    const held = (words) => words.filter((word) => contains(subject, word));
    const [refused] = held(this.reject);
    if (refused !== undefined) {
      return this.refuse(refused);
    }
    const [bad, odd] = [held(this.quarantine), held(this.tag)];
    const outcome = bad.length > 0
      ? Outcome.quarantine(`the subject holds ${bad.join(', ')}`)
      : Outcome.next();
    bad.forEach((word) => outcome.score('SUBJECT_WORD', 3, word));
    odd.forEach((word) => outcome.score('SUBJECT_WORD', 1, word));
    this.subjectWords = bad.length + odd.length;
    if (this.subjectWords > 0) {
      metrics.count('words', this.subjectWords, { place: 'subject' });
      outcome.tag('subject-guard').insertHeader(0, 'X-Subject-Guard', [...bad, ...odd].join(', '));
    }
    return outcome;
  }

  onMessage() {
    if (this.body.length === 0) {
      return;
    }
    // The server searches; a loop over octets would be slow here.
    const texts = mime.parts().filter((part) => part.contentType.startsWith('text/'));
    const found = texts.map((part) => mime.find(part.index, this.body));
    const words = this.body.filter((_, index) => found.some((held) => held[index]));
    if (words.length === 0) {
      return;
    }
    metrics.count('words', words.length, { place: 'text' });
    const all = this.subjectWords + words.length;
    const outcome = all >= ENOUGH ? Outcome.quarantine(`${all} words found`) : Outcome.next();
    words.forEach((word) => outcome.score('BODY_WORD', 1, word));
    return outcome;
  }
}

export const { lifecycle, filterHooks } = filter(
  { name: 'subject-guard', version: '1.0.0', stages: ['mail', 'headers', 'message'] },
  SubjectGuard,
);
