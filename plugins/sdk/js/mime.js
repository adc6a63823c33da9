// @ts-check
/// <reference path="./wit.d.ts" />
// The MIME parts of the message, parsed by the server; at the message stage only.

export { decodedSize, find, parts, readPart, sha256, text, truncated, urls }
  from 'waxseal:plugin/mime@0.1.0';
