/** `npm start`: Parley on this machine, built from its sources and served by `local/`. */
import { main } from '../local/main.ts';
import { BuildError, build, root, sources } from './build.ts';

await main({
  name: 'Parley',
  build,
  buildErrors: [BuildError],
  root,
  sources,
  addresses: (url) => {
    const socketUrl = url.replace('http', 'ws');
    return [`${url}/`, `${socketUrl}/ws`, `${socketUrl}/ws/chat/{user_id}/`, `${url}/schema/swagger-ui/`];
  },
});
