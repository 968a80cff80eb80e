import { refreshTokens } from '../auth/refresh-tokens.ts';
import { sessionStore } from '../storage/sessions.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export const logout = { sessions: sessionStore(table), refreshTokens: refreshTokens(system.randomBytes) };
