const expression = /^\$(?:request\.body((?:\.[\w-]+)+)|\{request\.body((?:\.[\w-]+)+)\})$/;

/**
 * Reads a route selection expression, `$request.body.action` or `${request.body.action}`; what it returns
 * gives the value at that place in a message, or undefined for a message that has none there.
 *
 * @throws Error for an expression that this runtime does not know.
 */
export function routeSelection(text: string): (body: string) => string | undefined {
  const [, plain, wrapped] = expression.exec(text) ?? [];
  const path = (plain ?? wrapped)?.slice(1).split('.');
  if (path === undefined) {
    throw new Error(`Route selection expression ${text} is not supported by the local runtime`);
  }
  return (body) => {
    const found = path.reduce<unknown>(
      (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
      parse(body),
    );
    // The routes that begin with $ are not for a message to choose.
    return typeof found === 'string' && !found.startsWith('$') ? found : undefined;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
