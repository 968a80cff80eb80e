import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { admit, type Verdict } from '../core/connections/connection.ts';
import { TokenExpired, TokenInvalid, Unavailable } from '../core/errors.ts';
import { foldId } from '../core/ids.ts';
import { toContext, UNCHECKED } from '../middleware/socket-identity.ts';
import { handshakeToken, header, isAllowedOrigin } from '../protocol/handshake.ts';
import { config } from '../runtime/config.ts';
import { openLogger, openTable, profileStore, wireVerification } from '../runtime/wiring.ts';

const origins = config.list('ALLOWED_ORIGINS');
const logger = openLogger();
const table = openTable();
const profiles = profileStore(table);
const verifyAccessToken = wireVerification(table);

/**
 * The authorizer of `$connect`. API Gateway turns the error "Unauthorized" into 401, a denying policy into 403, and
 * hands the context of an allowing one to every later event of the socket.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { headers } = event;
  const origin = header(headers, 'origin');
  if (!isAllowedOrigin(origin, { list: origins, ownHost: header(headers, 'x-viewer-host') })) {
    return deny(event.methodArn, 'origin');
  }
  try {
    return await check(event);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    logger.warn('a handshake could not be checked', error);
    return allow(event.methodArn, 'nobody', UNCHECKED);
  }
}

async function check(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { userId, username, sessionId, expiresAt } = await authenticate(event);
  const peerId = foldId(event.queryStringParameters?.user_id ?? '');
  const verdict = await admit(profiles, userId, peerId);
  if (verdict !== 'admitted') return deny(event.methodArn, verdict);
  const expires = String(Math.floor(expiresAt.getTime() / 1000));
  const context = toContext({ userId, username, sessionId, expiresAt: expires, peerId });
  return allow(event.methodArn, userId, context);
}

async function authenticate({ headers }: APIGatewayRequestAuthorizerEvent) {
  const token = handshakeToken({
    authorization: header(headers, 'authorization'),
    subprotocols: header(headers, 'sec-websocket-protocol'),
  });
  try {
    return await verifyAccessToken(token ?? '');
  } catch (error) {
    if (error instanceof TokenInvalid || error instanceof TokenExpired) throw new Error('Unauthorized');
    if (!(error instanceof Unavailable)) logger.error('server fault', error as Error);
    throw error;
  }
}

function allow(
  methodArn: string,
  principalId: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  return { principalId, policyDocument: policy('Allow', methodArn), context };
}

function deny(methodArn: string, reason: Verdict | 'origin'): APIGatewayAuthorizerResult {
  logger.debug('handshake refused', { reason });
  return { principalId: 'nobody', policyDocument: policy('Deny', methodArn) };
}

function policy(Effect: 'Allow' | 'Deny', Resource: string): APIGatewayAuthorizerResult['policyDocument'] {
  return { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] };
}
