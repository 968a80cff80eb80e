import { createApp } from '../lib/app.ts';
import { bundleFunctions } from '../lib/bundle.ts';

bundleFunctions();
createApp().synth();
