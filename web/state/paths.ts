/**
 * A view of the app. It stands after `#` in the address: so no server needs a rule for it, and the back button works.
 */
export type Route =
  | { readonly view: 'inbox' | 'people' | 'profile' | 'reports' | 'log-in' | 'sign-up' | 'forgot' }
  | { readonly view: 'conversation'; readonly userId: string }
  | { readonly view: 'group'; readonly id: string }
  | { readonly view: 'reset' | 'verify' | 'confirm' | 'join'; readonly token: string };

export const paths = {
  inbox: '#/',
  people: '#/people',
  profile: '#/profile',
  reports: '#/reports',
  logIn: '#/log-in',
  signUp: '#/sign-up',
  forgot: '#/forgot',
  conversation: (userId: string) => `#/with/${encodeURIComponent(userId)}`,
  group: (id: string) => `#/group/${encodeURIComponent(id)}`,
  join: (token: string) => `#/join/${token}`,
};

export function routeOf(hash: string): Route {
  const [, first = '', second = ''] = hash.split('/');
  switch (first) {
    case 'people':
    case 'profile':
    case 'reports':
    case 'log-in':
    case 'forgot':
      return { view: first };
    // The server makes these addresses, in mails.
    case 'sign-up':
      return second === '' ? { view: first } : { view: 'confirm', token: second };
    case 'reset':
    case 'verify':
    case 'join':
      return { view: first, token: second };
    case 'with': {
      const userId = decoded(second);
      return userId ? { view: 'conversation', userId } : { view: 'inbox' };
    }
    case 'group': {
      const id = decoded(second);
      return id ? { view: 'group', id } : { view: 'inbox' };
    }
    default:
      return { view: 'inbox' };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
