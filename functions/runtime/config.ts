/**
 * A function's configuration: environment variables, read once at its start. A missing or malformed one ends the start
 * with the variable's name.
 */
export const config = {
  text(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
    return value;
  },

  /** A whole number from 1 on. */
  number(name: string): number {
    const text = config.text(name);
    if (!/^[1-9][0-9]{0,8}$/.test(text))
      throw new Error(`the environment variable ${name} is no whole number`);
    return Number(text);
  },

  /** Comma-separated; empty or absent means none. */
  list(name: string): readonly string[] {
    return (process.env[name] ?? '').split(',').flatMap((item) => item.trim() || []);
  },
};
