import { passwordHasher } from '../auth/passwords.ts';
import { accountStore } from '../storage/accounts.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export const registration = { accounts: accountStore(table), passwords: passwordHasher, ...system };
