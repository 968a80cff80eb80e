import { deleteAccount, deleteAccountByToken } from '../core/accounts/delete-account.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { rawBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { readExternalUser } from '../protocol/claims.ts';
import { readDeletion } from '../protocol/token-exchange.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openUserAccess, wireDeletion } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireDeletion(access.table), audit };
const options = { arePasswordsOn: arePasswordsOn() };

/** `DELETE /users/me/`: deletes the caller's account, by its password or a token of its issuer; 204. Their messages stay. */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async ({ identity, ...event }) => {
    const proof = readDeletion(rawBody(event), options);
    if ('password' in proof) {
      await deleteAccount(dependencies, identity, proof.password);
      return noContent;
    }
    await deleteAccountByToken(dependencies, identity.userId, async () => {
      const { issuer, claims } = await dependencies.verify(proof.token, proof.type);
      return readExternalUser(issuer, claims);
    });
    return noContent;
  });
