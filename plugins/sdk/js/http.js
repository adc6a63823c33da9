// @ts-check
/// <reference path="./wit.d.ts" />
// Requests over HTTP and HTTPS. Granted as `http = ["https://api.example.com/v1/"]`.

import * as http from 'waxseal:plugin/http@0.1.0';
import { ask } from './error.js';
import { decode, encode } from './text.js';

/**
 * Sends a request and waits for the whole response. An object as body is sent as JSON.
 * @param {string} method
 * @param {string} url
 * @param {{ headers?: Record<string, string>, body?: unknown, timeoutMs?: number }} [options]
 */
export function send(method, url, { headers = {}, body = '', timeoutMs = 0 } = {}) {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const octets = encode(raw ? body : JSON.stringify(body));
  const fields = raw ? headers : { 'content-type': 'application/json', ...headers };
  const request = { method, url, headers: Object.entries(fields), body: octets, timeoutMs };
  const response = ask('http', () => http.send(request));
  return {
    status: response.status,
    /** @type {Record<string, string>} */
    headers: Object.fromEntries(response.headers),
    body: response.body,
    text: () => decode(response.body),
    json: () => JSON.parse(decode(response.body)),
  };
}
