import { compiler, SOCKET_DOCUMENT } from '../../contract/document.ts';
import {
  constantOf,
  type DescribedFrame,
  EXCHANGES,
  framesTo,
  type SocketKind,
} from '../../contract/sockets.ts';

// These tests do not allow undescribed fields, although clients must expect them.
const validatorOf = compiler({ closed: true, document: SOCKET_DOCUMENT });

/** The protocol of a socket at this path. */
export function kindOf(path: string): SocketKind {
  return /\/chat\/[^/?]|[?&]user_id=[^&]/.test(path) ? 'conversation' : 'device';
}

/** Compares the frames of one socket with asyncapi.yaml. */
export class SocketContract {
  readonly #kind: SocketKind;
  readonly #asked = new Map<string, readonly DescribedFrame[]>();

  constructor(kind: SocketKind) {
    this.#kind = kind;
  }

  /** Remembers the allowed answers to a frame with a `ref`. */
  sent(text: string): void {
    const { ref, action } = fieldsOf(text);
    if (typeof ref !== 'string') return;
    const exchange = EXCHANGES.find(
      (one) => one.socket === this.#kind && (one.action === undefined || one.action === action),
    );
    this.#asked.set(ref, exchange?.replies ?? framesTo(this.#kind).filter(({ id }) => id === 'error'));
  }

  /** The fault of a frame, or undefined if asyncapi.yaml describes it. */
  faultOf(frame: Record<string, unknown>): string | undefined {
    const { type, ref } = frame;
    const expected = typeof ref === 'string' ? this.#asked.get(ref) : framesTo(this.#kind);
    if (!expected) return `a reply to a reference that was not sent: ${JSON.stringify(frame)}`;
    const ofType = expected.filter(({ schema }) => constantOf(schema, 'type') === type);
    if (ofType.some(({ schema }) => validatorOf(schema)(frame))) return undefined;
    const complaints = ofType.map(({ id, schema }) => {
      const validate = validatorOf(schema);
      validate(frame);
      const errors = (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
      return `no ${id}: ${errors.join(', ')}`;
    });
    return [`not as asyncapi.yaml says: ${JSON.stringify(frame)}`, ...complaints].join('\n').slice(0, 4000);
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '').toWellFormed()) ?? {};
  } catch {
    return {};
  }
}
