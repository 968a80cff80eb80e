import type { TableRequest } from './aws/table-proxy.ts';

/** The usage since the start or the last reset. Functions have their short names. */
export interface Usage {
  readonly requests: readonly {
    readonly operation: string;
    readonly wru: number;
    readonly rru: number;
    readonly function: string;
  }[];
  /** Calls of PostToConnection. */
  readonly posts: number;
  readonly invocations: Readonly<Record<string, number>>;
}

/** Memory must not grow without limit. Beyond this number, the oldest requests are dropped. */
const maximumRequests = 100_000;

export class UsageCounter {
  #requests: Usage['requests'][number][] = [];
  #invocations = new Map<string, number>();
  #postsBefore = 0;

  countRequest({ operation, wru, rru }: TableRequest, functionName: string): void {
    if (this.#requests.length >= maximumRequests) this.#requests = this.#requests.slice(maximumRequests / 2);
    this.#requests.push({ operation, wru, rru, function: functionName });
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
