import * as z from 'zod/mini';
import { ACTIONS } from '../core/reports/moderate.ts';
import { REASONS } from '../core/reports/report.ts';
import { characters, conversation, userId } from './fields.ts';
import { isBlank } from './text.ts';

const note = characters({ min: 1, max: 1_000 }).check(
  z.refine((text) => text === '' || !isBlank(text), 'Must not be blank.'),
);

/** `POST /reports/` */
export const reportRequest = z.strictObject({
  user: userId,
  message: z.optional(z.strictObject({ conversation, seq: z.int().check(z.minimum(1)) })),
  reason: z.enum(REASONS),
  text: z.optional(note),
});

/** `POST /reports/{report_id}/resolve/` */
export const resolutionRequest = z.strictObject({ action: z.enum(ACTIONS), note: z.optional(note) });
