import { SubjectTokenInvalid, WrongCredentials } from '../core/errors.ts';
import { ACCOUNT_DELETED, accountOf } from '../core/issuers/account-of.ts';
import { openSession } from '../core/sessions/log-in-and-out.ts';
import { audited } from '../middleware/audited.ts';
import { clientInfo } from '../middleware/client-info.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, rawBody } from '../middleware/http-stack.ts';
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
  .use(oauthErrors)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    const { token, type } = readTokenExchange(rawBody(event));
    const { issuer, claims } = await exchange.verify(token, type);
    const account = await accountOf(exchange, readExternalUser(issuer, claims));
    const { access, refresh } = await openSession(
      exchange,
      account.id,
      clientInfo(event.requestContext),
    ).catch(explain);
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

/** Another device may delete the account meanwhile. */
function explain(error: unknown): never {
  throw error instanceof WrongCredentials ? new SubjectTokenInvalid(ACCOUNT_DELETED) : error;
}
