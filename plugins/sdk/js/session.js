// @ts-check
/// <reference path="./wit.d.ts" />
// The client and its session.

export { current } from 'waxseal:plugin/session@0.1.0';
