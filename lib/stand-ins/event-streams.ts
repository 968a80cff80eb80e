/**
 * The SDK's event streams in the bundles. No operation that a function calls has one, and they would be 20 KB of each bundle.
 * The SDK loads them only for an operation that has.
 */
export const eventStreamSerdeProvider = undefined;

export class EventStreamSerde {
  constructor() {
    throw new Error('The bundles have no event streams: see lib/stand-ins/event-streams.ts.');
  }
}
