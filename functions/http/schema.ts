import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, type HttpReply } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { NotFound } from '../protocol/errors.ts';
import { openHttpEntry } from '../runtime/wiring.ts';

/** The build puts the document and the page's files beside the bundle. */
const folder = import.meta.dirname;
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

const openapi = read('openapi.json');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Parley API</title>
    <link rel="icon" href="/schema/swagger-ui/favicon-32x32.png">
    <link rel="stylesheet" href="/schema/swagger-ui/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/schema/swagger-ui/swagger-ui-bundle.js"></script>
    <script src="/schema/swagger-ui/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/schema/', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** Only files of this origin. Swagger UI uses inline styles, and a font in its style sheet. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  // Otherwise it would follow script-src.
  "worker-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A deployment changes the document and the page at once. So browsers ask for them each time, as for the site's pages. */
const ASKED_EACH_TIME = { 'cache-control': 'no-cache' };

const CACHED = { 'cache-control': 'public, max-age=3600' };

const ASSETS: Readonly<Record<string, () => HttpReply>> = {
  'swagger-ui-bundle.js': () => text('text/javascript', read('swagger-ui/swagger-ui-bundle.js'), CACHED),
  'swagger-ui.css': () => text('text/css', read('swagger-ui/swagger-ui.css'), CACHED),
  'start.js': () => text('text/javascript', START, CACHED),
  'favicon-32x32.png': () =>
    answer(
      200,
      { 'content-type': 'image/png', ...CACHED },
      {
        body: readFileSync(join(folder, 'swagger-ui/favicon-32x32.png'), 'base64'),
        isBase64Encoded: true,
      },
    ),
};

/** `GET /schema/`: the OpenAPI document; `GET /schema/swagger-ui/`: an interactive page over it. */
export const handler = httpStack(openHttpEntry()).handler(async (event) => {
  if (!/^\/schema\/swagger-ui(?:\/|$)/.test(event.rawPath)) return document();
  const name = (event.pathParameters?.asset ?? '').replace(/\/$/, '');
  if (name === '') return page();
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!asset) throw new NotFound(event.rawPath);
  return asset();
});

function document(): HttpReply {
  return answer(200, { 'content-type': 'application/json', ...ASKED_EACH_TIME }, { body: openapi });
}

function page(): HttpReply {
  return text('text/html', PAGE, { 'content-security-policy': CONTENT_SECURITY_POLICY, ...ASKED_EACH_TIME });
}

function text(type: string, body: string, headers: Record<string, string>): HttpReply {
  return answer(200, { 'content-type': `${type}; charset=utf-8`, ...headers }, { body });
}
