import { createServer, type RequestListener, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** The assembly names the issuers, so it is built once for this port. If it is in use, another one is taken and built for. */
const USUAL_PORT = 8471;

export const CLIENT_ID = 'the-product';
const REDIRECT = 'https://product.example.com/callback';

/** A user of the provider. Their password is any. */
export type User = Readonly<Record<string, unknown>>;

export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly private: PrivateKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export async function newKey(kid: string, alg = 'RS256'): Promise<Key> {
  const pair = await generateKeyPair(alg, { extractable: true });
  const more = { kid, alg, use: 'sig' };
  const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
  return {
    kid,
    alg,
    private: pair.privateKey,
    publicJwk: { ...publicJwk, ...more },
    privateJwk: { ...privateJwk, ...more },
  };
}

/** A token as the provider would sign it, with other claims or another header. */
export function sign(key: Key, claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
    .sign(key.private);
}

/**
 * Other log-ins on one port: a real OpenID provider, and below `/odd/…` issuers whose servers misbehave. Each of those has the
 * name of what it does.
 */
export class Issuers {
  readonly port: number;
  readonly users = new Map<string, User>();
  /** What the issuer of each name answers to a request for its keys. */
  readonly odd = new Map<string, RequestListener>();
  #server: Server;
  #provider: RequestListener;
  #keys: readonly Key[];
  /** How often each document of an odd issuer was asked for. */
  readonly asked: string[] = [];

  private constructor(server: Server, port: number, keys: readonly Key[]) {
    this.#server = server;
    this.port = port;
    this.#keys = keys;
    this.#provider = this.#providerWith(keys);
    server.on('request', (request, response) => {
      const [, first, name = ''] = (request.url ?? '').split('/');
      if (first !== 'odd') return this.#provider(request, response);
      this.asked.push(request.url ?? '');
      const answer = this.odd.get(name);
      if (answer) return answer(request, response);
      response.writeHead(404).end();
    });
  }

  static async start(): Promise<Issuers> {
    const key = await newKey('first');
    const server = createServer();
    const listen = (port: number) =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, 'localhost', resolve);
      });
    await listen(USUAL_PORT).catch(() => listen(0));
    return new Issuers(server, (server.address() as { port: number }).port, [key]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The issuer's name. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  oddUrl(name: string): string {
    return `${this.url}/odd/${name}`;
  }

  get key(): Key {
    return this.#keys[0] as Key;
  }

  /** The provider signs with a new key from now on. It publishes the former ones, too. */
  async rotate(kid: string): Promise<void> {
    this.#keys = [await newKey(kid), ...this.#keys];
    this.#provider = this.#providerWith(this.#keys);
  }

  /** Serves a key set. */
  serve(name: string, ...keys: readonly JWK[]): void {
    this.odd.set(name, (_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    });
  }

  #providerWith(keys: readonly Key[]): RequestListener {
    const claims = ['preferred_username', 'given_name', 'family_name', 'email', 'email_verified'];
    return new Provider(this.url, {
      jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
      ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 600, IdToken: 600 },
      cookies: { keys: ['of a test'] },
      clients: [
        {
          client_id: CLIENT_ID,
          redirect_uris: [REDIRECT],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
      ],
      claims: { openid: ['sub', ...claims] },
      conformIdTokenClaims: false,
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ ...this.users.get(id), sub: id }),
      }),
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'urn:parley',
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({ scope: '', audience: 'urn:parley', accessTokenFormat: 'jwt' }),
        },
      },
    }).callback();
  }

  /** Logs a user in as a browser would, by the code flow with PKCE. */
  async logIn(
    id: string,
    user: User = {},
  ): Promise<{ readonly id_token: string; readonly access_token: string }> {
    this.users.set(id, user);
    const verifier = 'v'.repeat(43);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const browser = new Browser();
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid',
      code_challenge: Buffer.from(digest).toString('base64url'),
      code_challenge_method: 'S256',
    });
    let at = await browser.open(`${this.url}/auth?${query}`);
    at = await browser.open(at, { prompt: 'login', login: id, password: 'any' });
    if (!at.startsWith(REDIRECT)) at = await browser.open(at, { prompt: 'consent' });
    const body = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT,
      grant_type: 'authorization_code',
      code: new URL(at).searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    const response = await fetch(`${this.url}/token`, { method: 'POST', body });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as { id_token: string; access_token: string };
  }
}

/** Keeps cookies and follows redirects, as far as the product's own address. */
class Browser {
  readonly #cookies = new Map<string, string>();

  /** Returns the address where it ends up. */
  async open(url: string, form?: Record<string, string>): Promise<string> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) return url;
    const next = new URL(location, url).href;
    return next.startsWith(REDIRECT) ? next : await this.open(next);
  }
}
