import { deletedPerson } from '../core/accounts/account.ts';
import type { ReportPage, ResolvedReport } from '../core/reports/moderate.ts';
import type { KeptMessage } from '../core/reports/report.ts';

/** A report as staff see it. */
export function reportBody(
  { id, createdAt, reason, text, reporterId, userId, message, copy, around, resolution }: ResolvedReport,
  people: ReportPage['people'],
) {
  const person = (userId: string) => people.get(userId) ?? deletedPerson(userId);
  const messageBody = ({ seq, senderId, text, createdAt }: KeptMessage) => ({
    seq,
    sender: person(senderId).username,
    sender_id: senderId,
    message: text,
    created_at: createdAt,
  });
  return {
    id,
    created_at: createdAt,
    reason,
    text: text ?? null,
    reporter: person(reporterId),
    user: person(userId),
    message:
      message && copy
        ? {
            conversation: message.conversation,
            ...messageBody(copy),
            around: (around ?? []).map(messageBody),
          }
        : null,
    resolution: resolution
      ? {
          action: resolution.action,
          note: resolution.note ?? null,
          by: person(resolution.by),
          created_at: resolution.at,
        }
      : null,
  };
}
