// @ts-check
/// <reference path="./wit.d.ts" />
// Storage plugins: octets on their way to the disk and back. Loops over octets are slow in this
// language; measure before you use it here.

import { begin, guarded } from './glue.js';

export { PluginError, ServerError } from './error.js';

/** @typedef {import('waxseal:plugin/types@0.1.0').BlobMeta} BlobMeta */
/** @typedef {import('waxseal:plugin/storage-hooks@0.1.0').StorageHooks} StorageHooks */

/**
 * One value for each call.
 * @typedef {object} Storage
 * @property {(meta: BlobMeta) => Array<[string, string]>} encode Reads the blob and writes it as it
 *   shall rest (`blob.js`); answers attributes that are kept beside it.
 * @property {(meta: BlobMeta) => void} decode Reads what `encode` wrote and writes the blob.
 */

/**
 * `export const { lifecycle, storageHooks } = storage({…}, MyStorage);`
 * @param {{ name: string, version: string }} about
 * @param {new () => Storage} Plugin
 */
export function storage(about, Plugin) {
  const { lifecycle, current } = begin({ ...about, stages: [] }, Plugin);
  /** @type {StorageHooks} */
  const storageHooks = {
    encode: (meta) => guarded(() => current().encode(meta)),
    decode: (meta) => guarded(() => current().decode(meta)),
  };
  return { lifecycle, storageHooks };
}
