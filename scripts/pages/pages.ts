/** The pages for people (CONTRACT 5), which the build writes: the API reader and the problem types. */

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { isLoadFailureCode, PROBLEMS, type ProblemCode } from '../../src/contract/problem.ts';
import { OPENAPI_PATH } from '../../src/http/routes/openapi.ts';
import { FAILING_STEPS } from './failing-steps.ts';
import { REMEDIES } from './problem-remedies.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const READER = html`<link rel="stylesheet" href="/docs/reader/swagger-ui.css">
<nav><a href="/docs/problems">What each problem means</a> <a href="/docs/failing">A cache fails: what now</a> <a href="${OPENAPI_PATH}">The same as data (OpenAPI)</a></nav>
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
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>type</code> links to one of the entries below. See also
<a href="/docs">the API</a>.</p>
<dl>
${codes.map(
  (code) => html`<dt id="${code}"><code>${code}</code>: ${PROBLEMS[code].title} (${PROBLEMS[code].status})</dt>
<dd>${REMEDIES[code]}${operatorSteps(code)}</dd>
`,
)}</dl>`;
}

/** For the codes with which a cache can fail. */
function operatorSteps(code: ProblemCode): Html | '' {
  if (!isLoadFailureCode(code)) return '';
  const { look, act } = FAILING_STEPS[code];
  return html` Operator, if a load fails with this problem: ${look} ${act} See <a href="/docs/failing">A cache fails: what now</a>.`;
}

/** `/docs/failing`: the steps, and the caches that fail now, each with its steps (assets/docs/reader/failing.js). */
export function failingPage(): Html {
  return page('Freshet: a cache fails', 'failing', failing());
}

function failing(): Html {
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).filter(isLoadFailureCode);
  return html`<h1>A cache fails: what now</h1>
<p>Devices keep getting the last version as long as it may be served. <code>GET /api/v1/caches/?state=failing</code> lists the caches whose last load failed;
<code>type</code> in their <code>last_error</code> ends with one of the codes below, <code>detail</code> names the place, <code>since</code>, <code>failures</code> and
<code>next_try</code> say since when and how often it failed and when it is retried. Once the cause is fixed, the next read loads each cache; <code>POST /api/v1/resources/&lt;title&gt;/refresh/</code> loads all of a
resource at once. See also <a href="/docs/problems">all problems</a> and <a href="/docs">the API</a>.</p>
<form id="ask">
<label>Token with the scope <code>cache:inspect</code>: <input id="token" type="password" autocomplete="off" required></label>
<button>Show what fails now</button>
</form>
<p id="said" role="status"></p>
<div id="caches"></div>
<noscript><p>The list of what fails now needs JavaScript; the steps do not.</p></noscript>
<h2>Steps</h2>
<dl>
${codes.map(
  (code) => html`<dt id="${code}"><code>${code}</code>: ${PROBLEMS[code].title}</dt>
<dd data-steps="${code}"><b>Look:</b> ${FAILING_STEPS[code].look} <b>Do:</b> ${FAILING_STEPS[code].act}</dd>
`,
)}</dl>
<script src="/docs/reader/failing.js"></script>`;
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
