import type { HttpHandler, UpgradeHandler } from '../gateway/http-handler.ts';
import type { WebSocketApi } from '../gateway/websocket-api.ts';
import type { DistributionSpec } from '../model.ts';

export interface Origins {
  readonly httpApi: HttpHandler;
  readonly webSocketApi: Pick<WebSocketApi, 'handleUpgrade'>;
}

export interface Distribution {
  readonly request: HttpHandler;
  readonly upgrade: UpgradeHandler;
  reload(spec: DistributionSpec, origins: Origins): void;
}

/** A CloudFront distribution over the APIs and the site's bucket. */
export function distribution(_spec: DistributionSpec, _origins: Origins): Distribution {
  throw new Error('being written');
}
