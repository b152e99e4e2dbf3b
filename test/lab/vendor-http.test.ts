import { expect, test } from 'vitest';
import { decodeToken, encodeToken, jsonAnswer, startVendorServer } from '../../src/lab/vendor-http.ts';

async function serve<Value>(use: (url: string) => Promise<Value>): Promise<Value> {
  const server = await startVendorServer(0, (request) => {
    if (request.path === '/broken') throw new Error('planted');
    return jsonAnswer(200, { path: request.path, query: request.query.get('q'), body: request.body });
  });
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

test('listens on the loopback interface only', async () => {
  expect(await serve(async (url) => new URL(url).hostname)).toBe('127.0.0.1');
});

test('hands path, query and body over', async () => {
  const answer = await serve(async (url) => (await fetch(`${url}/a?q=1`, { method: 'POST', body: 'ü' })).json());
  expect(answer).toEqual({ path: '/a', query: '1', body: 'ü' });
});

test('refuses compressed and oversized bodies and survives its own bugs', async () => {
  const statuses = await serve(async (url) => {
    const compressed = await fetch(url, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' });
    const oversized = await fetch(url, { method: 'POST', body: 'x'.repeat(1_048_577) });
    const broken = await fetch(`${url}/broken`);
    const healthy = await fetch(url);
    return [compressed.status, oversized.status, broken.status, healthy.status];
  });
  expect(statuses).toEqual([415, 413, 500, 200]);
});

test('stops answering once closed', async () => {
  const url = await serve(async (open) => open);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('reads its own page tokens and no others', () => {
  expect(decodeToken(encodeToken({ offset: 3 }))).toEqual({ offset: 3 });
  expect(decodeToken('made-up')).toBeUndefined();
});
