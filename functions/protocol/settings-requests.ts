import * as z from 'zod/mini';
import { meta } from 'zod/v4/core';
import { FOREVER } from '../core/settings/settings.ts';

// In a file of its own, because no other function needs what checks times.

/** To the millisecond, as it is stored: times are compared as texts. */
const mutedUntil = z.pipe(
  z.union([z.literal('forever'), z.iso.datetime(), z.null()], {
    error: 'Must be a time in UTC, as ISO 8601 writes it, or "forever", or null.',
  }),
  z.transform((until) => {
    if (until === null) return null;
    return until === 'forever' ? FOREVER : new Date(until).toISOString();
  }),
);

/** `PATCH /conversations/{conversation}/settings/`: fields that are left out stay unchanged. */
export const ownSettingsRequest = z
  .strictObject({
    muted_until: z.optional(mutedUntil),
    pinned: z.optional(z.boolean()),
    archived: z.optional(z.boolean()),
    unread: z.optional(z.boolean()),
  })
  .check(
    z.refine((change) => Object.keys(change).length > 0, 'At least one field is required.'),
    meta({ minProperties: 1 }),
  );
