import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import { expect, test, vi } from 'vitest';
import { beginExchange } from '../../src/telemetry/http-server/exchange.ts';
import { observed } from '../../src/telemetry/http-server/route.ts';

interface Env {
  Bindings: { incoming: IncomingMessage };
}

/** An app as the server calls it, whose searches for a route are counted. */
function start(refuse?: () => Response) {
  const app = new Hono<Env>({ router: new TrieRouter() });
  const searches = vi.spyOn(app.router, 'match');
  app.get('/items/:id', (c) => c.text('an item'));
  const fetch = observed(app, refuse ?? app.fetch);
  const ask = async (method: string, path: string) => {
    const incoming = new IncomingMessage(new Socket());
    const exchange = beginExchange(incoming, new ServerResponse(incoming));
    const { status } = await fetch(new Request(`http://localhost${path}`, { method }), { incoming });
    return { status, route: exchange.route };
  };
  return { ask, searches };
}

test('a request is named by the search that answers it, and there is no other', async () => {
  const { ask, searches } = start();
  expect(await ask('GET', '/items/1')).toEqual({ status: 200, route: '/items/:id' });
  expect(await ask('HEAD', '/items/1')).toEqual({ status: 200, route: '/items/:id' });
  expect(await ask('GET', '/nowhere')).toEqual({ status: 404, route: undefined });
  expect(searches).toHaveBeenCalledTimes(3);
});

test.each(['GET', 'HEAD'])(
  'a %s that is refused before the app is asked has its route too',
  async (method) => {
    const { ask } = start(() => new Response('', { status: 417 }));
    expect(await ask(method, '/items/1')).toEqual({ status: 417, route: '/items/:id' });
  },
);
