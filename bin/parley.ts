import { createApp } from '../lib/app.ts';
import { buildPages } from '../lib/build-pages.ts';
import { bundleFunctions } from '../lib/bundle.ts';

bundleFunctions();
await buildPages();
createApp().synth();
if (!process.env.CDK_OUTDIR) console.log('The templates are in cdk.out/.');
