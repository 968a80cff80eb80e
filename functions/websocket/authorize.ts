import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { admit, type Verdict } from '../core/connections/connection.ts';
import { redeemTicket, type Ticket } from '../core/connections/ticket.ts';
import { TokenExpired, TokenInvalid, Unavailable } from '../core/errors.ts';
import { foldId } from '../core/ids.ts';
import { toContext, UNCHECKED } from '../middleware/socket-identity.ts';
import { handshakeToken, header, headerValues, isAllowedOrigin, ownOrigin } from '../protocol/handshake.ts';
import { SITE_PROOF, VIEWER_ADDRESS, viewerAddress } from '../protocol/viewer.ts';
import { config } from '../runtime/config.ts';
import {
  openLogger,
  openSite,
  openTable,
  profileStore,
  wireTickets,
  wireVerification,
} from '../runtime/wiring.ts';

const origins = config.list('ALLOWED_ORIGINS');
const isProof = openSite();
const logger = openLogger();
const table = openTable();
const profiles = profileStore(table);
const verifyAccessToken = wireVerification(table);
const tickets = wireTickets(table);

/**
 * The authorizer of `$connect`. API Gateway turns the error "Unauthorized" into 401, a denying policy into 403, and
 * hands the context of an allowing one to every later event of the socket.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const { headers, multiValueHeaders } = event;
  if (isProof && !isProof(header(headers, SITE_PROOF))) return deny(event.methodArn, 'not through the site');
  const sent = headerValues(multiValueHeaders, 'origin');
  if (!isAllowedOrigin(sent, { list: origins, own: ownOrigin(headers) })) {
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
  const context = toContext({ userId, username, sessionId, expiresAt: expires, peerId }, addressOf(event));
  return allow(event.methodArn, userId, context);
}

/** The viewer's, if the request came through the site. */
function addressOf({ headers, requestContext }: APIGatewayRequestAuthorizerEvent): string {
  const viewer = isProof && viewerAddress(header(headers, VIEWER_ADDRESS));
  return viewer ?? requestContext?.identity?.sourceIp ?? '';
}

/** By a ticket if there is one, and otherwise by an access token. */
async function authenticate({
  headers,
  queryStringParameters,
}: APIGatewayRequestAuthorizerEvent): Promise<Ticket> {
  const ticket = queryStringParameters?.ticket;
  if (ticket !== undefined) {
    const redeemed = await redeemTicket(tickets, ticket);
    if (!redeemed) throw new Error('Unauthorized');
    return redeemed;
  }
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

function deny(
  methodArn: string,
  reason: Verdict | 'origin' | 'not through the site',
): APIGatewayAuthorizerResult {
  logger.debug('handshake refused', { reason });
  return { principalId: 'nobody', policyDocument: policy('Deny', methodArn) };
}

function policy(Effect: 'Allow' | 'Deny', Resource: string): APIGatewayAuthorizerResult['policyDocument'] {
  return { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] };
}
