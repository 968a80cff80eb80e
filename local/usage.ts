import type { TableRequest } from './aws/table-proxy.ts';

/** The usage since the start or the last reset. Functions have their short names. */
export interface Usage {
  readonly requests: readonly CountedRequest[];
  /** Calls of PostToConnection. */
  readonly posts: number;
  readonly invocations: Readonly<Record<string, number>>;
}

export interface CountedRequest {
  readonly operation: string;
  readonly wru: number;
  readonly rru: number;
  readonly function: string;
}

/** Memory must not grow without limit. Beyond this number, the oldest requests are dropped. */
const maximumRequests = 100_000;
/** Requests that differ in something. There are some hundred of them, unless items of all sizes are read. */
const maximumDifferent = 10_000;

export class UsageCounter {
  #requests: CountedRequest[] = [];
  /** Most requests are alike. They share one object: a hundred thousand of their own would take 15 MB. */
  #different = new Map<string, CountedRequest>();
  #invocations = new Map<string, number>();
  #postsBefore = 0;

  countRequest({ operation, wru, rru }: TableRequest, functionName: string): void {
    if (this.#requests.length >= maximumRequests) this.#requests = this.#requests.slice(maximumRequests / 2);
    this.#requests.push(this.#shared({ operation, wru, rru, function: functionName }));
  }

  #shared(request: CountedRequest): CountedRequest {
    const key = Object.values(request).join(' ');
    const known = this.#different.get(key);
    if (known) return known;
    if (this.#different.size >= maximumDifferent) this.#different.clear();
    this.#different.set(key, request);
    return request;
  }

  countInvocation(functionName: string): void {
    this.#invocations.set(functionName, (this.#invocations.get(functionName) ?? 0) + 1);
  }

  /** `posts` is the number of posts since the start. */
  read(posts: number): Usage {
    return {
      requests: [...this.#requests],
      posts: posts - this.#postsBefore,
      invocations: Object.fromEntries(this.#invocations),
    };
  }

  reset(posts: number): void {
    this.#requests = [];
    this.#invocations.clear();
    this.#postsBefore = posts;
  }
}
