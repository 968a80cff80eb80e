import { expect, it } from 'vitest';
import { baseUrl } from '../../../functions/middleware/http-stack.ts';
import { httpEvent } from '../support/events.ts';

it.each([
  [{ host: 'api.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'chat.example' }, 'https://chat.example'],
  [{ host: 'localhost:8000', 'x-forwarded-proto': 'http' }, 'http://localhost:8000'],
  [{ host: '[::1]:8000', 'x-forwarded-proto': 'http' }, 'http://[::1]:8000'],
  [{ host: 'api.example', 'x-forwarded-proto': 'gopher' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'evil.example/?' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'user@evil.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'a.example, b.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': '' }, 'https://api.example'],
  [{ host: 'no host' }, 'https://gateway.example'],
  [{}, 'https://gateway.example'],
])('the headers %j make the base URL %s', (headers: Record<string, string>, url) => {
  const event = httpEvent('GET', '/users/');
  const requestContext = { ...event.requestContext, domainName: 'gateway.example' };
  expect(baseUrl({ ...event, headers, requestContext })).toBe(url);
});
