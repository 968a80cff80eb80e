import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type Distribution,
  type DistributionOptions,
  distribution,
  type Origins,
} from '../../../local/edge/distribution.ts';
import { type HttpHandler, refuseUpgrade } from '../../../local/gateway/http-handler.ts';
import type { BehaviorSpec, BucketFolder, DistributionSpec } from '../../../local/model.ts';
import { serve } from '../gateway/api.ts';

const allMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

export function behaviorOf(pathPattern: string, settings: Partial<BehaviorSpec> = {}): BehaviorSpec {
  return {
    pathPattern,
    methods: allMethods,
    origin: { kind: 'http-api' },
    viewerRequest: undefined,
    ...settings,
  };
}

/** The origin of the tests. It returns the request that it received. */
export const mirror: HttpHandler = ({ method, url, headers }, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ method, url, headers }));
};

export interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Site {
  readonly url: string;
  readonly site: Distribution;
}

export async function serveSite(
  behaviors: readonly BehaviorSpec[],
  settings: Partial<DistributionSpec> = {},
  origins: Partial<Origins> = {},
  options: DistributionOptions = {},
): Promise<Site> {
  const site = distribution(
    { behaviors, defaultRootObject: undefined, ...settings },
    {
      httpApi: mirror,
      webSocketApi: { handleUpgrade: (_request, socket) => refuseUpgrade(socket, 418, {}) },
      ...origins,
    },
    options,
  );
  return { url: `http://${await serve(site.request, site.upgrade)}`, site };
}

export async function mirrored(url: string, init?: RequestInit): Promise<Mirrored> {
  return (await (await fetch(url, init)).json()) as Mirrored;
}

/** The contents of a bucket: files in a temporary folder, by their paths. */
export function folderOf(
  files: Readonly<Record<string, string>>,
  settings: Partial<BucketFolder> = {},
): BucketFolder {
  const all = { prefix: '', except: [], include: [], contentType: undefined, cacheControl: undefined };
  return { folder: writeFolder(files), ...all, ...settings };
}

function writeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
