/**
 * Pages for people, without identity (CONTRACT 5): the API reader and the problem types. Nothing is fetched from
 * elsewhere: the reader's script and styles are static assets of ours (assets/docs/reader), and the policy forbids the rest.
 */

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { PROBLEMS, type ProblemCode } from '../../contract/problem.ts';
import { factory } from '../factory.ts';
import { methods } from '../methods.ts';
import { REMEDIES } from '../problem-remedies.ts';
import { OPENAPI_PATH } from './openapi.ts';

/** The reader's icons are `data:` images in its style sheet. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export const docs = factory.createApp();

docs.use('/docs', methods('GET', 'HEAD', 'OPTIONS'));
docs.get('/docs', (c) => c.html(page('Freshet: the API', 'reader', READER), 200, headers()));

docs.use('/docs/problems', methods('GET', 'HEAD', 'OPTIONS'));
docs.get('/docs/problems', (c) => c.html(page('Freshet: problems', 'problems', problems()), 200, headers()));

const READER = html`<link rel="stylesheet" href="/docs/reader/swagger-ui.css">
<div id="reader" data-openapi="${OPENAPI_PATH}"></div>
<noscript><p>This reader needs JavaScript. The same text as data: <a href="${OPENAPI_PATH}">${OPENAPI_PATH}</a>.</p></noscript>
<script src="/docs/reader/swagger-ui-bundle.js"></script>
<script src="/docs/reader/start.js"></script>`;

function problems(): Html {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  return html`<h1>Problems</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>type</code> leads to one of these. See also
<a href="/docs">the API</a>.</p>
<dl>
${codes.map(
  (code) => html`<dt id="${code}"><code>${code}</code>: ${PROBLEMS[code].title} (${PROBLEMS[code].status})</dt>
<dd>${REMEDIES[code]}</dd>
`,
)}</dl>`;
}

function page(title: string, name: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/reader/page.css">
</head>
<body class="${name}">
${body}
</body>
</html>
`;
}

function headers(): Record<string, string> {
  return { 'Content-Security-Policy': POLICY, 'Cache-Control': 'public, max-age=300' };
}
