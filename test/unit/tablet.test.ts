/** What the demo origin serves of Tablet (demo/tablet). */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tabletServer } from '../../demo/tablet/serve.ts';

const SERVICE = 'http://127.0.0.1:9999';
let server: Server;
let url: string;

beforeAll(async () => {
  const serve = tabletServer(SERVICE);
  server = createServer((request, response) => void serve(request, response, request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tablet/`;
});
afterAll(() => server.close());

const text = async (path: string) => (await fetch(url + path)).text();
/** The files that the page names. */
const filesOf = async () => Array.from((await text('')).matchAll(/(?:href|src)="([^"]+)"/g), ([, file = '']) => file);

it('gives each file its content type, and what the page names is there', async () => {
  const types = await Promise.all(
    (await filesOf()).map(async (file) => (await fetch(url + file)).headers.get('Content-Type')),
  );
  expect(types).toEqual([
    'application/manifest+json',
    'image/svg+xml',
    'image/png',
    'text/css; charset=utf-8',
    'text/javascript; charset=utf-8',
  ]);
  expect((await fetch(url)).headers.get('Content-Type')).toBe('text/html; charset=utf-8');
});

it('answers 304 to clients that have a file, and lets them keep only files named by their content', async () => {
  const first = await fetch(url);
  expect(first.headers.get('Cache-Control')).toBe('no-cache');
  const headers = { 'If-None-Match': first.headers.get('ETag') ?? '' };
  expect((await fetch(url, { headers })).status).toBe(304);
  const script = (await filesOf()).find((file) => file.endsWith('.js')) ?? '';
  expect(script).toMatch(/^main-[A-Z0-9]{8}\.js$/);
  expect((await fetch(url + script)).headers.get('Cache-Control')).toContain('immutable');
});

it('lets the page ask the service and its own server alone, with no script in it', async () => {
  const page = await text('');
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).toContain(`connect-src 'self' ${SERVICE} ws://127.0.0.1:9999;`);
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|unsafe-/);
});

it('has a worker that keeps all files of the app but maps of its sources', async () => {
  const [, list = '{}'] = /^const SHELL = (.*);$/m.exec(await text('worker.js')) ?? [];
  const { files, version } = JSON.parse(list) as { files: string[]; version: string };
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(files).toEqual(expect.arrayContaining(['', ...(await filesOf())]));
  expect(files.filter((file) => file.endsWith('.map') || file === 'worker.js')).toEqual([]);
  for (const file of files) expect((await fetch(url + file)).status, file).toBe(200);
});

it('has icons for what its manifest promises', async () => {
  const { icons, start_url: start, scope } = JSON.parse(await text('manifest.webmanifest'));
  expect([start, scope]).toEqual(['./', './']);
  for (const { src, sizes } of icons as { src: string; sizes: string }[]) {
    const body = Buffer.from(await (await fetch(url + src)).arrayBuffer());
    const size = src.endsWith('.svg') ? 'any' : `${body.readUInt32BE(16)}x${body.readUInt32BE(20)}`;
    expect([src, size]).toEqual([src, sizes]);
  }
});

it('answers nothing else, and nothing but reads', async () => {
  expect((await fetch(`${url}../../package.json`)).status).toBe(404);
  expect((await fetch(`${url}app/main.tsx`)).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});
