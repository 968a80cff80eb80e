import { describe, expect, it } from 'vitest';
import { compileRoutes } from '../../../local/gateway/http-routes.ts';

function matcher(...keys: string[]) {
  const match = compileRoutes(keys.map((key) => ({ key })));
  return (request: string) => {
    const [method = '', path = ''] = request.split(' ');
    const found = match(method, path);
    return found && [found.route.key, found.pathParameters];
  };
}

describe('a route', () => {
  // The table of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
  it.each([
    ['GET /pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET /pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET /pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST /test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ])('for the request %s is %s', (request, key, parameters) => {
    const match = matcher(
      '$default',
      'ANY /{proxy+}',
      'GET /pets/{proxy+}',
      'GET /pets/dog/{id}',
      'GET /pets/dog/1',
    );
    expect(match(request)).toEqual([key, parameters]);
  });

  it('with the method has precedence over a route with ANY', () => {
    const match = matcher('ANY /users', 'GET /users');
    expect(match('GET /users')).toEqual(['GET /users', {}]);
    expect(match('PUT /users')).toEqual(['ANY /users', {}]);
  });

  it('without the method is skipped for a less specific route', () => {
    const match = matcher('GET /users/{id}', 'POST /users/{rest+}', '$default');
    expect(match('POST /users/1')).toEqual(['POST /users/{rest+}', { rest: '1' }]);
    expect(match('PUT /users/1')).toEqual(['$default', {}]);
  });

  it('with a greedy variable matches a trailing slash, but not the path without the slash', () => {
    const match = matcher('GET /users', 'GET /users/{proxy+}');
    expect(match('GET /users')).toEqual(['GET /users', {}]);
    expect(match('GET /users/')).toEqual(['GET /users/{proxy+}', { proxy: '' }]);
    expect(match('GET /users/1/2')).toEqual(['GET /users/{proxy+}', { proxy: '1/2' }]);
    expect(match('GET /usersx')).toBeUndefined();
  });

  it('matches a variable with exactly one segment that is not empty', () => {
    const match = matcher('GET /chat/{user}/end');
    expect(match('GET /chat/ann/end')).toEqual(['GET /chat/{user}/end', { user: 'ann' }]);
    expect(match('GET /chat//end')).toBeUndefined();
    expect(match('GET /chat/a/b/end')).toBeUndefined();
  });

  it('decodes variables, and an encoded slash does not separate segments', () => {
    const match = matcher('GET /chat/{user}');
    expect(match('GET /chat/a%2Fb%20%C3%A9')).toEqual(['GET /chat/{user}', { user: 'a/b é' }]);
    expect(() => match('GET /chat/%ff')).toThrow(URIError);
  });

  it('matches special characters of regular expressions literally', () => {
    const match = matcher('GET /.well-known/jwks.json');
    expect(match('GET /.well-known/jwks.json')).toEqual(['GET /.well-known/jwks.json', {}]);
    expect(match('GET /xwell-known/jwks.json')).toBeUndefined();
  });
});
