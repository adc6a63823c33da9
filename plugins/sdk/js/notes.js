// @ts-check
/// <reference path="./wit.d.ts" />
// Texts that a plugin leaves at a message for its own later stages.

export { get, set } from 'waxseal:plugin/notes@0.1.0';
