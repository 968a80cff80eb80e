import fc from 'fast-check';

/**
 * Random tests draw the same cases in every run, so that a red run is the change's doing. `SEED=7 npm test` draws others,
 * and `npm run simulate` always does.
 */
export const SEED = Number(process.env.SEED ?? 20_261_128);

fc.configureGlobal({ seed: SEED });
