import { expect, test } from 'vitest';
import { startDeployed } from '../support/deployment.ts';
import { converse } from '../support/raw-http.ts';

const POST = 'POST /api/ml/v1/training-runs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const UPLOAD = 'POST /api/ml/v1/datasets/upload?name=a.csv HTTP/1.1\r\nHost: a\r\n';

test('bug 16: half-open and CONNECT connections do not hold up SIGTERM', async () => {
  await using service = await startDeployed();
  const open = [
    '',
    'GET /api/health HTTP/1.1\r\nHost',
    'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n',
    `${POST}Content-Length: 100\r\n\r\n{"a`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n`,
    `${UPLOAD}Content-Length: 100\r\n\r\na,b\n`,
    `${UPLOAD}Transfer-Encoding: chunked\r\n\r\n`,
  ];
  for (const bytes of open)
    for (const half of [false, true]) {
      const { socket, send } = converse(service.origin);
      send(bytes);
      if (half) socket.end();
    }
  // Later than them all.
  expect((await service.api.call('/api/health')).status).toBe(200);

  const start = performance.now();
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(performance.now() - start).toBeLessThan(7000);
  expect(service.log.map(({ msg }) => msg)).not.toContain('could not stop in time');
  expect(service.log.at(-1)).toMatchObject({ msg: 'stopped' });
});
