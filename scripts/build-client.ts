/** `npm run build:client`: builds and packs the device client (client/): `dist/freshet-client-<version>.tgz`. */

import { join, relative } from 'node:path';
import { buildClient } from './client/build.ts';
import { CLIENT, entriesOf, readManifest } from './client/manifest.ts';
import { packClient } from './client/pack.ts';
import { hasSources, PARTS, partBytes } from './client/sizes.ts';
import { readCommandLine } from './lib/command-line.ts';
import { PROJECT } from './lib/wrangler.ts';
import limits from './limits.json' with { type: 'json' };

readCommandLine(
  `Usage: npm run build:client
Builds and packs the device client: dist/freshet-client-<version>.tgz. It has no options.`,
  {},
);

const manifest = readManifest();
const built = join(CLIENT, 'dist');
await buildClient(entriesOf(manifest), built);
const { path, size, files } = packClient(manifest, built, join(PROJECT, 'dist'));
for (const part of PARTS.filter(hasSources)) {
  console.log(
    `${part.name}: ${await partBytes(part)} bytes gzipped, of at most ${limits.clientGzippedBytes[part.name]}`,
  );
}
console.log(`${relative(process.cwd(), path)}: ${files.length} files, ${Math.ceil(size / 1000)} kB`);
