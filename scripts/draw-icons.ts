/**
 * `node scripts/draw-icons.ts`: draws Tablet's icons again after a change of demo/tablet/public/icon.svg. Phones accept
 * no SVG for the home screen.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chromium } from './browser/chromium.ts';
import { PROJECT } from './lib/wrangler.ts';

const FOLDER = join(PROJECT, 'demo/tablet/public');

/**
 * `share`: share of the side that the drawing takes; what a phone cuts off (maskable icons) has the background colour.
 */
const ICONS = [
  { name: 'icon-180', size: 180, share: 1, isRound: false },
  { name: 'icon-192', size: 192, share: 1, isRound: true },
  { name: 'icon-512', size: 512, share: 1, isRound: true },
  { name: 'icon-maskable-512', size: 512, share: 0.8, isRound: false },
];

const svg = readFileSync(join(FOLDER, 'icon.svg'), 'utf8');
const [, ground = ''] = /<rect[^>]*fill="([^"]+)"/.exec(svg) ?? [];
const chromium = await Chromium.start();
for (const { name, size, share, isRound } of ICONS) {
  const page = await chromium.page('about:blank', { viewport: { width: size, height: size } });
  const side = size * share;
  const drawing = svg.replace('<svg ', `<svg width="${side}" height="${side}" `);
  const style = `margin:0;display:grid;place-items:center;height:100vh;background:${isRound ? 'transparent' : ground}`;
  await page.setContent(`<body style="${style}">${drawing}</body>`);
  writeFileSync(join(FOLDER, `${name}.png`), await page.screenshot({ omitBackground: true }));
}
await chromium.stop();
