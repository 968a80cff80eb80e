import {
  type AppendDependencies,
  type Appended,
  append as appendEach,
  type Draft as Drafts,
  type NewMessage,
} from '../../../functions/core/messages/append.ts';

/** One message. */
export type Draft = Omit<Drafts, 'messages'> & NewMessage;

/** Appends one message. */
export async function append(
  dependencies: AppendDependencies,
  { text, clientId, read, ...draft }: Draft,
): Promise<Appended> {
  const { value } = await appendEach(dependencies, { ...draft, messages: [{ text, clientId, read }] }).next();
  return value;
}
