import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, AssetStaging, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildFolder } from './build-output.ts';
import { DataStack } from './data-stack.ts';
import { FirewallStack } from './firewall-stack.ts';
import { ServiceStack } from './service-stack.ts';
import { readSettings } from './settings.ts';
import { SiteStack } from './site-stack.ts';

const root = join(import.meta.dirname, '..');

export interface AppOptions {
  /** The folder of the cloud assembly. It is `cdk.out` in the project unless the CDK CLI names another. */
  readonly outdir?: string;
  /** As `-c name=value` on the command line. */
  readonly context?: Readonly<Record<string, string>>;
  /** An assembly for `local` may have settings that must not be deployed, see settings.ts. The default is `aws`. */
  readonly target?: 'aws' | 'local';
  /** The folder of built functions, each in `<group>/<name>/index.mjs`. */
  readonly bundles?: string;
  /** The folder of the site's built files. */
  readonly pages?: string;
}

/**
 * The whole of Parley as a CDK app, ready for `synth()`. It writes nothing before that and needs no CLI. The feature
 * flags come from cdk.json, so the templates are the same with and without the CLI.
 */
export function createApp(options: AppOptions = {}): App {
  // The CDK caches bundles for each process. A process that synthesizes again must get new ones.
  AssetStaging.clearAssetHashCache();
  const app = new App({
    outdir: options.outdir ?? process.env.CDK_OUTDIR ?? join(root, 'cdk.out'),
    context: { ...featureFlags(), ...options.context },
    analyticsReporting: false,
  });
  const settings = readSettings(app.node, options.target);
  const name = `parley-${settings.stage}`;
  const bundles = options.bundles ?? join(buildFolder, 'functions');
  const pages = options.pages ?? join(buildFolder, 'web');

  const data = new DataStack(app, `${name}-data`, { settings });
  const service = new ServiceStack(app, `${name}-service`, { settings, bundles, data });
  new SiteStack(app, `${name}-site`, { settings, service, pages });

  const { stage, requestsPerAddress } = settings;
  if (requestsPerAddress !== undefined)
    new FirewallStack(app, `${name}-firewall`, { stage, requestsPerAddress });

  Tags.of(app).add('project', 'parley');
  Tags.of(app).add('stage', stage);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function featureFlags(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')).context;
}
