/** `npm start`: Parley on this machine, built from its sources and served by `local/`. */
import { readPort } from '../local/command-line.ts';
import { main } from '../local/main.ts';
import { BuildError, build, root, sources } from './build.ts';

await main({
  name: 'Parley',
  build: (context) => build({ ...linksHere(), ...context }),
  buildErrors: [BuildError],
  root,
  sources,
  addresses: (url) => {
    const socketUrl = url.replace('http', 'ws');
    return [`${url}/`, `${socketUrl}/ws`, `${socketUrl}/ws/chat/{user_id}/`, `${url}/schema/swagger-ui/`];
  },
});

/** The links in mails lead to this machine, unless `siteUrl` names another place. */
function linksHere(): Readonly<Record<string, string>> {
  const port = readPort(process.env);
  return port === 8000 ? {} : { siteUrl: `http://localhost:${port}` };
}
