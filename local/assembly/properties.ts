import { AssemblyError, type Place } from './assembly-error.ts';
import { noValue } from './intrinsics.ts';

type Resolve = (value: unknown) => unknown;

/**
 * The properties of a resource, read strictly. Each one must be taken, expected or declared harmless. `end()` throws for
 * the first property that was not.
 */
export class Properties {
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #resolve: Resolve;
  readonly #place: Place;
  readonly #path: string;
  readonly #unread: Set<string>;
  readonly #nested: Properties[] = [];

  constructor(raw: Readonly<Record<string, unknown>>, resolve: Resolve, place: Place, path = '') {
    this.#raw = raw;
    this.#resolve = resolve;
    this.#place = place;
    this.#path = path;
    this.#unread = new Set(Object.keys(raw));
  }

  names(): string[] {
    return Object.keys(this.#raw);
  }

  /** The whole value, with its intrinsic functions resolved; undefined if the property is absent. */
  take(name: string): unknown {
    this.#unread.delete(name);
    const value = this.#resolve(this.#raw[name]);
    return value === noValue ? undefined : value;
  }

  text(name: string): string {
    return this.#present(name, this.optionalText(name));
  }

  optionalText(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.error(name, 'must be a string');
  }

  integer(name: string): number {
    return this.#present(name, this.optionalInteger(name));
  }

  optionalInteger(name: string): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    // CloudFormation also accepts a number in a string.
    if (Number.isInteger(Number(value))) return Number(value);
    throw this.error(name, 'must be an integer');
  }

  flag(name: string): boolean {
    const value = this.take(name) ?? false;
    if (typeof value === 'boolean') return value;
    throw this.error(name, 'must be true or false');
  }

  texts(name: string): string[] {
    const value = this.take(name) ?? [];
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
    throw this.error(name, 'must be a list of strings');
  }

  /** A nested object, read as strictly as this one. */
  nested(name: string): Properties | undefined {
    this.#unread.delete(name);
    const raw = this.#raw[name];
    return raw === undefined ? undefined : this.#descend(raw, this.#pathOf(name));
  }

  list(name: string): Properties[] {
    this.#unread.delete(name);
    const raw = this.#raw[name] ?? [];
    if (!Array.isArray(raw)) throw this.error(name, 'must be a list');
    return raw.map((entry, index) => this.#descend(entry, `${this.#pathOf(name)}[${index}]`));
  }

  /** Accepts only these values, which the runtime implements. The property may be absent. */
  expect(name: string, ...values: readonly unknown[]): void {
    const value = this.take(name);
    if (value === undefined || values.some((known) => JSON.stringify(known) === JSON.stringify(value)))
      return;
    throw this.error(
      name,
      `${JSON.stringify(value)} is not supported. Supported: ${values.map((v) => JSON.stringify(v)).join(', ')}`,
    );
  }

  /** Declares that these properties make no difference on this machine, with the reason. */
  harmless(_why: string, ...names: readonly string[]): void {
    for (const name of names) this.#unread.delete(name);
  }

  /** @throws AssemblyError for the first property that was not read */
  end(): void {
    for (const name of this.#unread)
      throw this.error(name, 'the local runtime does not support this property');
    for (const nested of this.#nested) nested.end();
  }

  error(name: string, problem: string): AssemblyError {
    return new AssemblyError(this.#place, problem, this.#pathOf(name));
  }

  #present<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) throw this.error(name, 'is missing');
    return value;
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #descend(raw: unknown, path: string): Properties {
    const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
    const computed = keys.length === 1 && /^(Ref|Fn::.*)$/.test(keys[0] ?? '');
    const value = computed ? this.#resolve(raw) : raw;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AssemblyError(this.#place, 'must be an object', path);
    }
    const nested = new Properties(value as Record<string, unknown>, this.#resolve, this.#place, path);
    this.#nested.push(nested);
    return nested;
  }
}
