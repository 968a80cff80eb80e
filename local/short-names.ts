/** What the names of all functions begin with, such as `parley-dev-`: the rest tells them apart. */
export function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length += 1;
  return first.slice(0, first.lastIndexOf('-', length - 1) + 1);
}
