import { randomBytes } from 'node:crypto';

/** The shape of API Gateway's connection, message and request ids, for example `JC1dgf9yoAMCK-g=`. */
export function gatewayId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
