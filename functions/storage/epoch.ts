/** TTL attributes are whole seconds since 1970. */
export const toEpochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
export const fromEpochSeconds = (seconds: number): Date => new Date(seconds * 1000);
