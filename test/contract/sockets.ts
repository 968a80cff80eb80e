import { resolved, SOCKET_DOCUMENT } from './document.ts';

/** The two kinds of socket, each with its own protocol. */
export type SocketKind = 'conversation' | 'device';

/** A frame as asyncapi.yaml describes it. */
export interface DescribedFrame {
  /** Its name among the channel's messages, such as `readReply`. */
  readonly id: string;
  readonly schema: unknown;
  readonly examples: readonly { readonly name: string; readonly payload: Record<string, unknown> }[];
}

/** A frame that a client sends, and the replies that it may get. */
export interface Exchange {
  readonly socket: SocketKind;
  /** Undefined on a conversation's socket: its frames have no action. */
  readonly action: string | undefined;
  readonly frame: DescribedFrame;
  readonly replies: readonly DescribedFrame[];
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply: { readonly messages: readonly { readonly $ref: string }[] };
}

export const follow = (node: unknown) => resolved(node, SOCKET_DOCUMENT);

/** The value of a property that allows only one value, otherwise undefined. */
export const constantOf = (schema: unknown, property: string): string | undefined =>
  follow(follow(schema).properties?.[property])?.const;

const socketOf = ({ channel }: Operation) => channel.$ref.split('/').at(-1) as SocketKind;

function frameAt({ $ref }: { readonly $ref: string }): DescribedFrame {
  const { payload, examples } = follow({ $ref });
  return { id: $ref.split('/').at(-1) as string, schema: payload, examples };
}

const operations: readonly Operation[] = Object.values(SOCKET_DOCUMENT.operations);

export const EXCHANGES: readonly Exchange[] = operations
  .filter(({ action }) => action === 'receive')
  .map((operation) => {
    const frame = frameAt(operation.messages[0] as { $ref: string });
    return {
      socket: socketOf(operation),
      action: constantOf(frame.schema, 'action'),
      frame,
      replies: operation.reply.messages.map(frameAt),
    };
  });

/** The frames that the server sends by itself. */
export function pushedTo(socket: SocketKind): readonly DescribedFrame[] {
  return operations
    .filter((operation) => operation.action === 'send' && socketOf(operation) === socket)
    .flatMap(({ messages }) => messages.map(frameAt));
}

/** All frames that a client may get on such a socket. */
export function framesTo(socket: SocketKind): readonly DescribedFrame[] {
  const replies = EXCHANGES.filter((exchange) => exchange.socket === socket).flatMap((one) => one.replies);
  const all = [...replies, ...pushedTo(socket)];
  return [...new Map(all.map((frame) => [frame.id, frame])).values()];
}
