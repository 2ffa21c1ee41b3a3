import type { IncomingMessage } from 'node:http';

/** Those of the conventions; what else a client may invent is one and the same. */
const METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));

/** `http.request.method`. */
export const methodOf = ({ method = '' }: IncomingMessage): string =>
  METHODS.has(method) ? method : '_OTHER';
