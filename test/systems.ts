import { buildAll } from '../scripts/build.ts';

/**
 * Tests register hundreds of accounts: at bcrypt's lowest cost a password takes 2 ms, not 100. And a test does in a minute
 * what an account may do in many.
 */
const quick = { passwordCost: '4', workPerMinute: '100000000' };

/**
 * Most tests send many messages in a short time, so the rate limit must not stop them. Some look at the APIs without the distribution
 * in front.
 */
const unlimited = { ...quick, floodMessages: '1000000', bareApis: 'on' };

/** The deploy-time settings of the systems that tests start. */
export const SETTINGS = {
  defaults: {},
  unlimited,
  /**
   * The rate limit, low enough to be reached. The window is long enough that a busy machine sends one message too many within
   * it, and short enough to wait for its end.
   */
  threeMessages: { ...quick, floodMessages: '3', floodSeconds: '8' },
  groupsOfStaff: { ...quick, groupCreation: 'staff' },
  fiveMessages: { ...quick, floodMessages: '5', floodSeconds: '8' },
  /** The work of 60 messages a minute, of 30 for a socket. */
  littleWork: { ...unlimited, workPerMinute: '60' },
  /** Access tokens expire after 4 seconds, sessions after 8. */
  shortSessions: { ...quick, accessTokenSeconds: '4', refreshTokenSeconds: '8' },
  /** Access tokens expire after 10 seconds: a client has time to renew its token. */
  shortTokens: { ...unlimited, accessTokenSeconds: '10' },
  /** A password hash costs more than in the other systems. */
  costlierPasswords: { ...unlimited, passwordCost: '5' },
  /** Users log in with the tokens of another issuer only. And there is no Swagger UI. */
  withoutPasswords: {
    ...quick,
    signUp: 'off',
    apiDocs: 'off',
    issuers: JSON.stringify([{ issuer: 'https://login.example.com', audience: 'chat' }]),
  },
  /** An account exists once its address is verified. */
  verifiedSignUp: { ...quick, verifyEmail: 'required' },
  twoOrigins: { ...quick, bareApis: 'on', origins: 'https://chat.example.com,https://other.example.com' },
} as const;

/** Builds all these systems in one process: to build each in a process of its own takes three times as long. */
export async function buildSystems(): Promise<void> {
  await buildAll(Object.values(SETTINGS));
}
