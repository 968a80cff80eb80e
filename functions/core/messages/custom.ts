/** A product's own data of a message: what JSON parses to. Parley stores it and tells it, and knows nothing of it. */
export type Custom = Readonly<Record<string, unknown>>;

/** Of its compact JSON in UTF-8. */
export const MAX_CUSTOM_BYTES = 2_048;

/** A text directly in it is one level deep. */
export const MAX_CUSTOM_DEPTH = 5;

const utf8 = new TextEncoder();

/** Its compact JSON in UTF-8, which is how it is stored and sent; 0 if there is none. */
export function customBytes({ custom }: { readonly custom?: Custom | undefined }): number {
  return custom === undefined ? 0 : utf8.encode(JSON.stringify(custom)).length;
}

/** Whether both are the same, or both are absent. The order of names counts: it is stored as it was given. */
export function isSameCustom(one: Custom | undefined, other: Custom | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
