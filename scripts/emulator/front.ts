import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { distribution } from '../../local/edge/distribution.ts';
import { listen } from '../../local/listen.ts';
import { apiProxy } from './api-proxy.ts';

export interface FrontOptions {
  /** The whole cloud assembly. It describes the distribution and has the pages. */
  readonly assembly: string;
  readonly endpoint: string;
  /** The outputs of the service stack. */
  readonly httpApiUrl: string;
  readonly webSocketUrl: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Plays the CloudFront distribution in front of an emulator, on loopback. Emulators route requests by the API's own name,
 * which no DNS knows.
 *
 * @throws PortTakenError
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { endpoint, port } = options;
  const http = apiProxy({ endpoint, host: new URL(options.httpApiUrl).host });
  const sockets = apiProxy({ endpoint, host: new URL(options.webSocketUrl).host });
  const site = distribution(readAssembly(options.assembly).distribution, {
    httpApi: http.request,
    webSocketApi: { handleUpgrade: sockets.upgrade },
  });
  const front = await listen(port, { hosts: [], pages: true }, Promise.resolve(site));
  return {
    url: `http://localhost:${front.port}`,
    async close() {
      await front.close();
      for (const proxy of [http, sockets]) proxy.close();
    },
  };
}
