import { deliver } from '../core/delivery/deliver.ts';
import { sending } from './sending.ts';

/** To tell the devices of some users something. */
export const devices = {
  connections: sending.connections,
  deliver: (to: Parameters<typeof deliver>[1], frame: string) => deliver(sending, to, frame),
  now: sending.now,
};
