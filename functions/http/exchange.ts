import { accountOf } from '../core/issuers/account-of.ts';
import { openSession } from '../core/sessions/log-in-and-out.ts';
import { audited } from '../middleware/audited.ts';
import { clientInfo } from '../middleware/client-info.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { oauthErrors } from '../middleware/oauth-errors.ts';
import { readExternalUser } from '../protocol/claims.ts';
import { TOKEN_TYPE } from '../protocol/requests.ts';
import { readTokenExchange } from '../protocol/token-exchange.ts';
import { openAudit, openHttpEntry, openTable, wireExchange } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const exchange = { ...wireExchange(table), audit };

/** `POST /users/token/exchange/`: opens a session for a token of a trusted issuer (RFC 8693); 200 with a pair of tokens. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(oauthErrors((message, error) => reporting.logger.warn(message, error)))
  .handler(async ({ body, isBase64Encoded, headers, requestContext }) => {
    const { token, type } = readTokenExchange({
      body,
      isBase64Encoded,
      contentType: headers['content-type'],
      contentEncoding: headers['content-encoding'],
    });
    const { issuer, claims } = await exchange.verify(token, type);
    const account = await accountOf(exchange, readExternalUser(issuer, claims));
    const { access, refresh } = await openSession(exchange, account.id, clientInfo(requestContext));
    return json(200, {
      access,
      refresh,
      access_token: access,
      refresh_token: refresh,
      issued_token_type: `${TOKEN_TYPE}access_token`,
      token_type: 'Bearer',
      expires_in: exchange.accessSeconds,
    });
  });
