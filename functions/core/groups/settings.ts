import { ownWho, requireRight, SETTABLE, type Who, whoOf } from '../conversations/rights.ts';
import type { About, Roster } from '../conversations/roster.ts';
import { GROUP_FIELDS, type GroupEvent, type GroupField } from '../messages/message.ts';
import { type Actor, changeGroup, type GroupDependencies } from './change-group.ts';
import { requireGroup } from './members.ts';

/** What somebody wants to change. What is left out stays as it is. */
export interface AskedSettings {
  readonly title?: string | undefined;
  /** Empty for none. */
  readonly description?: string | undefined;
  /** Empty for none. */
  readonly picture?: string | undefined;
  readonly who?: { readonly [right in keyof Who]?: Who[right] | undefined } | undefined;
}

/**
 * Changes what a group says of itself, and who may do what in it: all of it in one entry of the log, or nothing.
 * @throws ConversationNotFound, NotAGroup, NotAllowed, Busy
 */
export async function changeSettings(
  dependencies: GroupDependencies,
  id: string,
  actor: Actor,
  asked: AskedSettings,
): Promise<Roster> {
  const { abouts } = dependencies;
  requireGroup(id, actor.userId);
  const asksAbout = asked.description !== undefined || asked.picture !== undefined;
  return changeGroup(dependencies, id, actor, async ({ roster, own }) => {
    if (asksAbout || asked.title !== undefined) requireRight(own, 'rename');
    if (asked.who) requireRight(own, 'roles');
    // Whoever changes it writes the roster, too: so it is still this one if the change is stored.
    const before: About | undefined = asksAbout ? await abouts.about(id) : undefined;
    const { title = roster.title, description = before?.description, picture = before?.picture } = asked;
    const whoBefore = whoOf(roster.who);
    const { write = whoBefore.write, add = whoBefore.add, rename = whoBefore.rename } = asked.who ?? {};
    const who = { write, add, rename };
    const isChanged: Readonly<Record<GroupField, boolean>> = {
      title: title !== roster.title,
      description: description !== before?.description,
      picture: picture !== before?.picture,
      who: SETTABLE.some((right) => who[right] !== whoBefore[right]),
    };
    const fields = GROUP_FIELDS.filter((field) => isChanged[field]);
    if (fields.length === 0) return undefined;
    const about = { description: description ?? '', picture: picture ?? '' };
    return {
      title,
      who: ownWho(who),
      ...((isChanged.description || isChanged.picture) && { about }),
      event: eventOf(fields, title),
    };
  });
}

/** A new title alone was an event before there was more to change, which every client knows. */
function eventOf(fields: readonly GroupField[], title: string): GroupEvent {
  if (!fields.includes('title')) return { type: 'changed', fields };
  return fields.length === 1 ? { type: 'renamed', title } : { type: 'changed', fields, title };
}
