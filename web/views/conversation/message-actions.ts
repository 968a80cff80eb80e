import type { Message } from '@parley/client';

export type MessageAction = 'reply' | 'edit' | 'remove' | 'report' | 'copy';

/** What the user may do in the conversation. */
export interface Allowed {
  /** Not while one of the two is blocked, or if the other account is deleted, and not as a reader of a group. */
  readonly canWrite: boolean;
  /** As `canWrite`, but readers of a group may react. */
  readonly canReact?: boolean;
  /** To delete messages of others. */
  readonly canDelete?: boolean;
  /** The other user is known. */
  readonly canReport: boolean;
  /** On a touch screen, where a long press opens the menu and selects no text. */
  readonly canCopy: boolean;
}

/** What a message offers in its menu. */
export function actionsOf(
  message: Message,
  { canWrite, canDelete, canReport, canCopy }: Allowed,
): readonly MessageAction[] {
  const { isOwn, seq, state, deletedAt, event } = message;
  if (deletedAt !== undefined || event !== undefined) return [];
  const actions: MessageAction[] = [];
  if (seq !== undefined && canWrite) actions.push('reply');
  if (isOwn && canWrite) actions.push('edit');
  // A message that was refused has a button for this already.
  if (isOwn ? state !== 'failed' : canDelete) actions.push('remove');
  if (!isOwn && seq !== undefined && canReport) actions.push('report');
  if (canCopy) actions.push('copy');
  return actions;
}

/** Reactions belong to stored messages. */
export const canReactTo = (
  { seq, deletedAt, event }: Message,
  { canWrite, canReact = canWrite }: Allowed,
): boolean => canReact && seq !== undefined && deletedAt === undefined && event === undefined;

/** The user's last message that is not deleted. */
export const lastOwn = (messages: readonly Message[]): Message | undefined =>
  messages.findLast(({ isOwn, deletedAt, event }) => isOwn && deletedAt === undefined && event === undefined);

/** A message whose text stands in the composer. */
export interface Edited {
  readonly key: string;
  /** The version when that began. */
  readonly version: number;
}

export const beginEdit = ({ key, version }: Message): Edited => ({ key, version });
