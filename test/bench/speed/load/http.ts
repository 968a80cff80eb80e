import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly access?: string;
  readonly body?: object;
  /** GET, or POST with a body, by default. */
  readonly method?: string;
}

/** Keeps its connections, as a browser does. */
const agent = new Agent({ keepAlive: true });

/** Calls the HTTP API. Throws unless the call succeeds. */
export async function call(url: string, path: string, what: Call = {}): Promise<Answer['body']> {
  const answer = await ask(url, path, what);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Calls the HTTP API, and resolves with any answer. */
export function ask(url: string, path: string, what: Call): Promise<Answer> {
  const { access, body, method = body ? 'POST' : 'GET' } = what;
  const content = body && JSON.stringify(body);
  const headers = {
    ...(access !== undefined && { authorization: `Bearer ${access}` }),
    ...(content !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(content),
    }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers, agent });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close a connection at the moment in which it is used again. It has not seen this request.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(ask(url, path, what));
      else reject(error);
    });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('error', reject);
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(text) }));
    });
    sent.end(content);
  });
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
