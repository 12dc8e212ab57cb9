/**
 * Runs before each npm script that needs the project's Node.js version. If that version or the packages are missing,
 * prints one sentence that says what to do, before Node.js fails on TypeScript. Plain JavaScript, because any Node.js
 * must be able to run it.
 */
'use strict';

// biome-ignore lint/style/useNodejsImportProtocol: Node.js before 14.18 does not know the protocol
const fs = require('fs');
// biome-ignore lint/style/useNodejsImportProtocol: the same
const path = require('path');

const PROJECT = path.join(__dirname, '..');
/** Lowest version of Node.js for `npm ci` (package.json, engines). */
const MIN_MAJOR = 20;

const fault = findFault();
if (fault !== null) {
  console.error(fault);
  process.exit(1);
}

/** @returns {string | null} */
function findFault() {
  // npm writes this file last.
  if (!fs.existsSync(path.join(PROJECT, 'node_modules/.package-lock.json'))) {
    const tooOld = Number(process.versions.node.split('.')[0]) < MIN_MAJOR;
    return tooOld
      ? `Freshet is not installed yet, and Node.js ${process.versions.node} is too old for it: install Node.js ${MIN_MAJOR} or newer, then run: npm ci`
      : 'Freshet is not installed yet. Run: npm ci';
  }
  const wanted = JSON.parse(fs.readFileSync(path.join(PROJECT, 'node_modules/node/package.json'), 'utf8')).version;
  if (process.versions.node === wanted) return null;
  return `Freshet runs on Node.js ${wanted}, which npm ci installs with it, but this is ${process.versions.node}: install scripts did not run. Run: npm ci --ignore-scripts=false`;
}
