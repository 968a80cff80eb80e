import type { ExportPart } from '../core/export/export.ts';
import type { Caller } from '../core/sessions/own-sessions.ts';
import { profileBody, sessionBody } from './account-bodies.ts';
import { syncedMessage } from './message-bodies.ts';
import { settingsOf } from './settings-bodies.ts';

/** A line of an export, of which `type` tells the other fields. Readers skip types that they do not know. */
export function exportLine(part: ExportPart, { userId, sessionId }: Caller) {
  switch (part.kind) {
    case 'began':
      return { type: 'export' as const, user_id: part.userId, created_at: part.at };
    case 'profile': {
      const { account, presence } = part;
      return {
        type: 'profile' as const,
        ...profileBody({ account, presence: presence.hidden ? 'hidden' : 'shown' }),
        staff: account.staff,
        issuer: account.issuer ?? null,
        online: presence.online,
        last_seen: presence.lastSeen ?? null,
        blocks: presence.blocks ?? [],
      };
    }
    case 'session':
      return { type: 'session' as const, ...sessionBody(part.session, sessionId) };
    case 'event': {
      const { event, at, operation, session, other, by } = part.entry;
      // The client and the address of staff are theirs.
      const { device, address } = by === undefined ? part.entry : { device: '', address: '' };
      return {
        type: 'security_event' as const,
        event,
        created_at: at,
        operation,
        device,
        address,
        ...(session !== undefined && { session }),
        ...(other !== undefined && { other }),
      };
    }
    case 'report': {
      const { id, createdAt, userId: user, message = null, reason, text = null } = part.report;
      return { type: 'report' as const, id, created_at: createdAt, user, message, reason, text };
    }
    case 'conversation': {
      const { conversation } = part;
      const { kind, id, own, settings } = conversation;
      const about =
        conversation.kind === 'pair'
          ? { peer: conversation.peer }
          : { title: conversation.title, role: conversation.role };
      return {
        type: 'conversation' as const,
        id,
        kind,
        ...about,
        read: own.read,
        received: own.received,
        ...(conversation.kind === 'pair' && {
          peer_read: conversation.peers.read,
          peer_received: conversation.peers.received,
        }),
        ...settingsOf(settings),
      };
    }
    case 'message':
      return { type: 'message' as const, ...syncedMessage(part.message, userId) };
    case 'done':
      return { type: 'end' as const };
  }
}
