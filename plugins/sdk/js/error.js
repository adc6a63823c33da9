// @ts-check
/// <reference path="./wit.d.ts" />
// What goes wrong: in the plugin, and at the server.

/** The plugin could not do its work: thrown from a stage, the administrator's policy answers for it. */
export class PluginError extends Error {
  /**
   * @param {string} code A short name for counting, for example `no-database`.
   * @param {string} message What happened, for the log.
   * @param {boolean} [retryable] Whether trying again may help.
   */
  constructor(code, message, retryable = false) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

/** The server did not do what was asked of it; uncaught, it becomes a plugin error. */
export class ServerError extends Error {
  /**
   * @param {string} service `kv`, `dns`, `http` or `aead`.
   * @param {string} kind What the interface calls it, for example `denied`.
   * @param {string} [detail]
   */
  constructor(service, kind, detail) {
    super(detail === undefined ? `${service}: ${kind}` : `${service}: ${kind}: ${detail}`);
    this.service = service;
    this.kind = kind;
  }
}

/**
 * Calls the server and turns the error that it throws into a `ServerError`.
 * @template T
 * @param {string} service
 * @param {() => T} call
 * @returns {T}
 */
export function ask(service, call) {
  try {
    return call();
  } catch (error) {
    const thrown = /** @type {any} */ (error);
    const variant = thrown?.tag === undefined ? thrown?.payload : thrown;
    if (variant?.tag === undefined) {
      throw error;
    }
    throw new ServerError(service, variant.tag, variant.val);
  }
}
