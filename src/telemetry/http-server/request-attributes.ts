import type { IncomingMessage } from 'node:http';
import type { RequestAttributes } from '../spans.ts';
import { methodOf } from './method.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * What the conventions have the span of a server say of the request. Not its query: what a client writes into that is its
 * own affair, a file's name for example.
 */
export function requestAttributes(request: IncomingMessage): RequestAttributes {
  const { headers, httpVersion, socket, url = '' } = request;
  const method = methodOf(request);
  const forwarded = (name: string) => headers[`x-forwarded-${name}`]?.toString().split(',')[0]?.trim();
  const { forwarded: standard } = headers;
  const host = fieldOf(standard, 'host') ?? forwarded('host');
  const scheme = host === undefined ? 'http' : (fieldOf(standard, 'proto') ?? forwarded('proto') ?? '');
  const server = splitAddress(host ?? headers.host);
  const client = fieldOf(standard, 'for') ?? forwarded('for');
  return {
    'http.request.method': method,
    'http.request.method_original': method === request.method ? undefined : request.method,
    'url.scheme': 'http',
    'url.path': pathOf(url),
    'server.address': server?.name,
    'server.port': server?.port ?? (server && DEFAULT_PORTS[scheme]),
    'client.address': splitAddress(client)?.name ?? socket.remoteAddress,
    'network.peer.address': socket.remoteAddress,
    'network.peer.port': socket.remotePort,
    'network.protocol.version': httpVersion,
    'user_agent.original': headers['user-agent'],
  };
}

/** As proxies are asked for it: also of a request that is addressed to one, and without what could be resolved in it. */
const pathOf = (url: string): string | undefined => URL.parse(url, 'http://localhost')?.pathname;

/** The first value of a field in `Forwarded` (RFC 7239). */
function fieldOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  const [, quoted, plain] =
    new RegExp(`(?:^|[;,])\\s*${name}=(?:"([^"]*)"|([^;,\\s]*))`, 'i').exec(header) ?? [];
  return quoted ?? plain;
}

/** Name or address, and port where there is one. */
function splitAddress(address: string | undefined): { name: string; port: number | undefined } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(address ?? '') ?? [];
  const name = bracketed ?? plain ?? address;
  return name ? { name, port: port === undefined ? undefined : Number(port) } : undefined;
}
