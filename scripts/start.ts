/** `npm start`: Parley on this machine, built from its sources and served by `local/`. */
import cdk from '../cdk.json' with { type: 'json' };
import { readSettings } from '../lib/settings.ts';
import { readPort } from '../local/command-line.ts';
import { main } from '../local/main.ts';
import { BuildError, build, root, sources } from './build.ts';

await main({
  name: 'Parley',
  build: (context) => build({ ...linksHere(), ...context }),
  buildErrors: [BuildError],
  root,
  sources,
  addresses: (url, context) => {
    const socketUrl = url.replace('http', 'ws');
    const pages = hasApiDocs(context) ? [`${url}/schema/swagger-ui/`] : [];
    return [`${url}/`, `${socketUrl}/ws`, `${socketUrl}/ws/chat/{user_id}/`, ...pages];
  },
});

/** The links in mails lead to this machine, unless `siteUrl` names another place. */
function linksHere(): Readonly<Record<string, string>> {
  const port = readPort(process.env);
  return port === 8000 ? {} : { siteUrl: `http://localhost:${port}` };
}

function hasApiDocs(given: Readonly<Record<string, string>>): boolean {
  const context: Readonly<Record<string, unknown>> = { ...cdk.context, ...given };
  return readSettings({ tryGetContext: (name) => context[name] }, 'local').apiDocs;
}
