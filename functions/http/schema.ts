import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpReply } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { NotFound } from '../protocol/errors.ts';
import { openReporting } from '../runtime/wiring.ts';

/** The build puts the document and the page's files beside the bundle. */
const folder = import.meta.dirname;
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

const document = read('openapi.json');

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

/** Only files of this origin. Swagger UI needs inline styles. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const CACHED = { 'cache-control': 'public, max-age=3600' };

const ASSETS: Readonly<Record<string, () => HttpReply>> = {
  'swagger-ui-bundle.js': () => text('text/javascript', read('swagger-ui/swagger-ui-bundle.js'), CACHED),
  'swagger-ui.css': () => text('text/css', read('swagger-ui/swagger-ui.css'), CACHED),
  'start.js': () => text('text/javascript', START, CACHED),
  'favicon-32x32.png': () => ({
    statusCode: 200,
    headers: { 'content-type': 'image/png', ...CACHED },
    body: readFileSync(join(folder, 'swagger-ui/favicon-32x32.png'), 'base64'),
    isBase64Encoded: true,
  }),
};

/** `GET /schema/`: the OpenAPI document; `GET /schema/swagger-ui/`: an interactive page over it. */
export const handler = httpStack(openReporting()).handler(async (event) => {
  if (!/^\/schema\/swagger-ui(?:\/|$)/.test(event.rawPath)) return text('application/json', document);
  const name = (event.pathParameters?.asset ?? '').replace(/\/$/, '');
  if (name === '') return text('text/html', PAGE, { 'content-security-policy': CONTENT_SECURITY_POLICY });
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!asset) throw new NotFound(event.rawPath);
  return asset();
});

function text(type: string, body: string, headers: Record<string, string> = {}): HttpReply {
  const charset = type === 'application/json' ? '' : '; charset=utf-8';
  return {
    statusCode: 200,
    headers: { 'content-type': `${type}${charset}`, 'x-content-type-options': 'nosniff', ...headers },
    body,
  };
}
