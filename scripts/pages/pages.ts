/** The pages for people (CONTRACT 5), written out by the build: the API reader and the problem types. */

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { PROBLEMS, type ProblemCode } from '../../src/contract/problem.ts';
import { OPENAPI_PATH } from '../../src/http/routes/openapi.ts';
import { REMEDIES } from './problem-remedies.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const READER = html`<link rel="stylesheet" href="/docs/reader/swagger-ui.css">
<div id="reader" data-openapi="${OPENAPI_PATH}"></div>
<noscript><p>This reader needs JavaScript. The same text as data: <a href="${OPENAPI_PATH}">${OPENAPI_PATH}</a>.</p></noscript>
<script src="/docs/reader/swagger-ui-bundle.js"></script>
<script src="/docs/reader/start.js"></script>`;

/** `/docs`. */
export function readerPage(): Html {
  return page('Freshet: the API', 'reader', READER);
}

/** `/docs/problems`. */
export function problemsPage(): Html {
  return page('Freshet: problems', 'problems', problems());
}

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
