import type { Audit } from '../../../functions/core/audit/audit.ts';
import { credentialStore, profileStore } from '../../../functions/storage/accounts.ts';
import { loginAttempts } from '../../../functions/storage/counters.ts';
import { knownDevices } from '../../../functions/storage/devices.ts';
import { sessionList, sessionStore } from '../../../functions/storage/sessions.ts';
import type { Table } from '../../../functions/storage/table.ts';
import { countingIds } from './people.ts';
import { readableAccess, readableTokens } from './sessions.ts';
import { withoutBreaches } from './without-breaches.ts';

/** What log-ins and the other checks of a password need, over this table. The ids of sessions count from 500. */
export function overTable(table: Table, { audit, now }: { readonly audit: Audit; readonly now: () => Date }) {
  return {
    profiles: profileStore(table),
    credentials: credentialStore(table),
    attempts: loginAttempts(table),
    wrongPasswords: 10,
    wrongPasswordsPerAddress: 100,
    devices: knownDevices(table),
    ...withoutBreaches,
    sessions: { ...sessionStore(table), ...sessionList(table) },
    decoyHash: 'nothing',
    refreshTokens: readableTokens,
    accessTokens: readableAccess,
    refreshSeconds: 86_400,
    newId: countingIds(500),
    audit,
    now,
    random: () => 0.5,
    wait: async (_: number) => {},
  };
}
