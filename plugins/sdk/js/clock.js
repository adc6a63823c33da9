// @ts-check
/// <reference path="./wit.d.ts" />
// Time. `Date` and `performance` know none: the engine has no clock of its own.

import * as clock from 'waxseal:plugin/clock@0.1.0';

export { monotonicMillis, unixMillis } from 'waxseal:plugin/clock@0.1.0';

/** Now, as a date. */
export const now = () => new Date(clock.unixMillis());
