import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

const ALGORITHM = 'ES256';
const AUDIENCE = 'parley';

/** Another log-in: it signs tokens, and serves the key that verifies them. */
export class BenchIssuer {
  readonly #server: Server;
  readonly #address: string;
  readonly #key: PrivateKey;

  private constructor(server: Server, address: string, key: PrivateKey) {
    this.#server = server;
    this.#address = address;
    this.#key = key;
  }

  static async start(): Promise<BenchIssuer> {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
    const keys = JSON.stringify({ keys: [await exportJWK(publicKey)] });
    const server = createServer((_, response) => void response.end(keys));
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as { port: number };
    return new BenchIssuer(server, `http://localhost:${port}`, privateKey);
  }

  /** For the setting `issuers`. */
  get setting() {
    const [issuer, jwks] = [this.#address, `${this.#address}/keys`];
    return { issuer, jwks, audience: AUDIENCE, algorithms: [ALGORITHM] };
  }

  /** The body of an exchange. */
  async exchange(claims: object) {
    const now = Math.floor(Date.now() / 1000);
    const token = new SignJWT({ iss: this.#address, aud: AUDIENCE, iat: now, exp: now + 600, ...claims });
    return {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await token.setProtectedHeader({ alg: ALGORITHM }).sign(this.#key),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
