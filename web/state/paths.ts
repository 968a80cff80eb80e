/**
 * A view of the app. It stands after `#` in the address: so no server needs a rule for it, and the back button works.
 */
export type Route =
  | { readonly view: 'inbox' | 'people' | 'profile' | 'log-in' | 'sign-up' }
  | { readonly view: 'conversation'; readonly userId: string };

export const paths = {
  inbox: '#/',
  people: '#/people',
  profile: '#/profile',
  logIn: '#/log-in',
  signUp: '#/sign-up',
  conversation: (userId: string) => `#/with/${encodeURIComponent(userId)}`,
};

export function routeOf(hash: string): Route {
  const [, first = '', second = ''] = hash.split('/');
  switch (first) {
    case 'people':
    case 'profile':
    case 'log-in':
    case 'sign-up':
      return { view: first };
    case 'with': {
      const userId = decoded(second);
      return userId ? { view: 'conversation', userId } : { view: 'inbox' };
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
