import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, type HttpReply } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { NotFound } from '../protocol/errors.ts';
import { openHttpEntry } from '../runtime/wiring.ts';

/** The build puts the files of Swagger UI beside the bundle. */
const folder = join(import.meta.dirname, 'swagger-ui');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/**
 * The page itself has no script but `BRIDGE`. Swagger UI runs in a frame without an origin, so it cannot reach what the web app,
 * which has the same address, keeps in the browser.
 */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Parley API</title>
    <link rel="icon" href="/schema/swagger-ui/favicon-32x32.png">
    <style>html, body, iframe { display: block; width: 100%; height: 100%; margin: 0; border: 0 }</style>
  </head>
  <body>
    <script src="/schema/swagger-ui/bridge.js"></script>
    <iframe title="Parley API" src="/schema/swagger-ui/frame.html"></iframe>
  </body>
</html>
`;

/** Sends the requests of the frame, to this site only and without cookies: the frame says all that a request has. */
const BRIDGE = `addEventListener('message', async ({ source, data: { id, url, method, headers, body } }) => {
  if (source !== document.querySelector('iframe').contentWindow) return;
  try {
    if (new URL(url).origin !== location.origin) throw new TypeError('The request is not for this site.');
    const answer = await fetch(url, { method, headers, body, credentials: 'omit' });
    const { status, statusText } = answer;
    const text = await answer.text();
    source.postMessage({ id, status, statusText, headers: [...answer.headers], text }, '*');
  } catch (error) {
    source.postMessage({ id, error: error.message }, '*');
  }
});
`;

const FRAME = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Parley API</title>
    <link rel="stylesheet" href="/schema/swagger-ui/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/schema/swagger-ui/swagger-ui-bundle.js"></script>
    <script src="/schema/swagger-ui/start.js"></script>
  </body>
</html>
`;

/** A frame without an origin may ask nothing itself, so the page around it does. */
const START = `let last = 0;
const waiting = new Map();
addEventListener('message', ({ source, data: { id, error, text, ...answer } }) => {
  if (source !== parent) return;
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error !== undefined) return reject(new TypeError(error));
  // A Response with such a status refuses a body, even an empty one.
  resolve(new Response([204, 205, 304].includes(answer.status) ? null : text, answer));
});
globalThis.fetch = (url, { method, headers, body } = {}) =>
  new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, { resolve, reject });
    parent.postMessage(
      { id, url: new URL(url, location.href).href, method, headers: Object.fromEntries(new Headers(headers)), body },
      '*',
    );
  });
SwaggerUIBundle({ url: '/schema/', dom_id: '#swagger-ui', validatorUrl: null });
`;

const policy = (...directives: readonly string[]) => directives.join('; ');

/** Only files of this site, and one script. */
const POLICY_OF_PAGE = policy(
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  // Otherwise it would follow frame-src.
  "worker-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
);

/** Swagger UI uses inline styles, and a font in its style sheet. `sandbox` without `allow-same-origin` takes its origin away. */
const POLICY_OF_FRAME = policy(
  'sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  // Otherwise it would follow script-src.
  "worker-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
);

/** A deployment changes the document and the page at once. So browsers ask for them each time, as for the site's pages. */
const ASKED_EACH_TIME = { 'cache-control': 'no-cache' };

const CACHED = { 'cache-control': 'public, max-age=3600' };

const ASSETS: Readonly<Record<string, () => HttpReply>> = {
  'frame.html': () => page(FRAME, POLICY_OF_FRAME),
  'bridge.js': () => text('text/javascript', BRIDGE, CACHED),
  'start.js': () => text('text/javascript', START, CACHED),
  'swagger-ui-bundle.js': () => text('text/javascript', read('swagger-ui-bundle.js'), CACHED),
  'swagger-ui.css': () => text('text/css', read('swagger-ui.css'), CACHED),
  'favicon-32x32.png': () =>
    answer(
      200,
      { 'content-type': 'image/png', ...CACHED },
      { body: readFileSync(join(folder, 'favicon-32x32.png'), 'base64'), isBase64Encoded: true },
    ),
};

/** `GET /schema/swagger-ui/`: an interactive page over the OpenAPI document, and its files. */
export const handler = httpStack(openHttpEntry()).handler(async (event) => {
  const name = (event.pathParameters?.asset ?? '').replace(/\/$/, '');
  if (name === '') return page(PAGE, POLICY_OF_PAGE);
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!asset) throw new NotFound(event.rawPath);
  return asset();
});

function page(body: string, contentSecurityPolicy: string): HttpReply {
  return text('text/html', body, { 'content-security-policy': contentSecurityPolicy, ...ASKED_EACH_TIME });
}

function text(type: string, body: string, headers: Record<string, string>): HttpReply {
  return answer(200, { 'content-type': `${type}; charset=utf-8`, ...headers }, { body });
}
