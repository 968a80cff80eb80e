import { invalid } from './errors.ts';

const TOKEN = /\s*(?:(<=|>=|<>|[=<>(),+.])|([:#]?[A-Za-z_]\w*))/y;

/** Reads the words of an expression one after the other. */
export class Tokens {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = split(text);
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(): string {
    return this.#tokens[this.#next] ?? '';
  }

  take(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.unknown();
    this.#next += 1;
    return token;
  }

  /** Takes the next word if it is this one. */
  has(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next += 1;
    return true;
  }

  expect(word: string): void {
    if (!this.has(word)) throw this.unknown();
  }

  unknown(): Error {
    return invalid(`the fake table does not know this expression at "${this.peek()}": ${this.#text}`);
  }
}

function split(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw invalid(`the fake table cannot read "${text.slice(at)}"`);
    tokens.push(found[1] ?? found[2] ?? '');
  }
  return tokens;
}
