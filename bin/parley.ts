import { createApp } from '../lib/app.ts';
import { buildPages } from '../lib/build-pages.ts';
import { bundleFunctions } from '../lib/bundle.ts';

bundleFunctions();
await buildPages();
createApp().synth();
