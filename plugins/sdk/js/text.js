// @ts-check
/// <reference path="./wit.d.ts" />
// Octets and texts: the engine has no TextEncoder.

/**
 * A text as UTF-8. Octets are left as they are.
 * @param {string | Uint8Array} text
 * @returns {Uint8Array}
 */
export function encode(text) {
  if (typeof text !== 'string') {
    return text;
  }
  const octets = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0xfffd;
    if (code < 0x80) {
      octets.push(code);
    } else if (code < 0x800) {
      octets.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      // Half of a surrogate pair is no character.
      const whole = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
      octets.push(0xe0 | (whole >> 12), 0x80 | ((whole >> 6) & 0x3f), 0x80 | (whole & 0x3f));
    } else {
      octets.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f));
      octets.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return new Uint8Array(octets);
}

/** The lengths of UTF-8 by first octet, with the bits of the first octet and the smallest character. */
const SEQUENCES = [
  { from: 0xc2, to: 0xdf, more: 1, bits: 0x1f, least: 0x80 },
  { from: 0xe0, to: 0xef, more: 2, bits: 0x0f, least: 0x800 },
  { from: 0xf0, to: 0xf4, more: 3, bits: 0x07, least: 0x10000 },
];

/**
 * UTF-8 as text; what is none becomes U+FFFD. For header fields and other short things: loops over
 * octets are slow here, the server's `mime.text` is not.
 * @param {Uint8Array} octets
 * @returns {string}
 */
export function decode(octets) {
  let text = '';
  for (let at = 0; at < octets.length; at++) {
    const first = octets[at];
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const sequence = SEQUENCES.find((kind) => first >= kind.from && first <= kind.to);
    let code = -1;
    if (sequence !== undefined && at + sequence.more < octets.length) {
      code = first & sequence.bits;
      for (let i = 1; i <= sequence.more; i++) {
        const next = octets[at + i];
        code = code < 0 || (next & 0xc0) !== 0x80 ? -1 : (code << 6) | (next & 0x3f);
      }
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      if (code < sequence.least || code > 0x10ffff || surrogate) {
        code = -1;
      }
    }
    if (code < 0 || sequence === undefined) {
      text += '\ufffd';
    } else {
      text += String.fromCodePoint(code);
      at += sequence.more;
    }
  }
  return text;
}

/**
 * Makes ASCII letters small and leaves all others, as the server compares.
 * @param {string} text
 * @returns {string}
 */
export function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Whether a text holds a word, without regard to ASCII case.
 * @param {string} text
 * @param {string} word
 * @returns {boolean}
 */
export function contains(text, word) {
  return lower(text).includes(lower(word));
}
