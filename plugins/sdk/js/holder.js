// @ts-check
/// <reference path="./wit.d.ts" />
// Plugins that keep blobs themselves.

import { begin, guarded } from './glue.js';

export { PluginError, ServerError } from './error.js';

/** @typedef {import('waxseal:plugin/types@0.1.0').BlobMeta} BlobMeta */
/** @typedef {import('waxseal:plugin/storage-backend@0.1.0').StorageBackend} StorageBackend */

/**
 * One value for each call.
 * @typedef {object} Holder
 * @property {(meta: BlobMeta) => string} put Reads the blob (`blob.js`), keeps it, answers its key.
 * @property {(key: string) => void} get Writes the blob of a key.
 * @property {(key: string) => void} delete Forgets a key; no harm where it is unknown.
 */

/**
 * `export const { lifecycle, storageBackend } = holder({…}, MyHolder);`
 * @param {{ name: string, version: string }} about
 * @param {new () => Holder} Plugin
 */
export function holder(about, Plugin) {
  const { lifecycle, current } = begin({ ...about, stages: [] }, Plugin);
  /** @type {StorageBackend} */
  const storageBackend = {
    put: (meta) => guarded(() => current().put(meta)),
    get: (key) => guarded(() => current().get(key)),
    delete: (key) => guarded(() => current().delete(key)),
  };
  return { lifecycle, storageBackend };
}
