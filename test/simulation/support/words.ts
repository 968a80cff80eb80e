/** Describes a command in few words: `Put CONV#ann.bob MSG#3`. */
export function wordsOf(command: object): string {
  const { input } = command as { input: Record<string, unknown> };
  const name = command.constructor.name.replace('Command', '');
  const key = (input.Key ?? input.Item) as { pk: string; sk: string } | undefined;
  const values = input.ExpressionAttributeValues as Record<string, unknown> | undefined;
  const place = key ? `${key.pk} ${key.sk}` : name === 'Query' ? Object.values(values ?? {}).join(' ') : '';
  return shortened(`${name} ${place}`.trim());
}

/** Shortens ids and texts: numbers for users, a `seq` without zeros, and the start of a long text. */
export function shortened(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4000-8000-0*([0-9]+)/g, 'u$1')
    .replaceAll(/(MSG|CHANGE)#0+/g, '$1#')
    .replaceAll(/🦀+/gu, '🦀…');
}
