import type { Conversation } from '@parley/client';
import { useMemo } from 'preact/hooks';
import { Avatar } from '../../parts/person.tsx';
import { Bar, Heading, useTitle } from '../../parts/view-head.tsx';
import { client, inbox, me, useObservable } from '../../state/chat.ts';
import { paths } from '../../state/paths.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { Members } from '../groups/members.tsx';
import { may } from '../groups/rights.ts';
import { groupNames, type Names } from './names.ts';
import { Talk } from './talk.tsx';

const words = texts.groups;

/** The form of an id. A made-up address must not become part of another path. */
const ID = /^[0-9a-f-]{36}$/;

/** The group in the address. */
export function Group({ id }: { readonly id: string }) {
  return ID.test(id) ? <Known id={id} /> : <Gone />;
}

function Known({ id }: { readonly id: string }) {
  const talk = useMemo(() => client.conversation(id), [id]);
  const isGone = useObservable(talk.isGone);
  return isGone ? <Gone /> : <WithGroup talk={talk} />;
}

function WithGroup({ talk }: { readonly talk: Conversation }) {
  const members = useObservable(talk.members);
  const item = inbox.items.value.find(({ id }) => id === talk.id);
  const group = item?.kind === 'group' ? item : undefined;
  const { title, role } = { title: '', role: undefined, ...group };
  const ownId = me.value?.id ?? '';
  const names = useMemo(() => groupNames(ownId, members), [ownId, members]);
  return (
    <Talk
      talk={talk}
      name={title}
      names={names}
      label={words.log(title)}
      empty=""
      rights={{ canWrite: may(role, 'write'), canReact: true, canDelete: may(role, 'delete') }}
      head={<Head talk={talk} title={title} names={names} focus={isTouch.value} />}
      closed={role === 'reader' && <p class="closed">{words.reader}</p>}
    />
  );
}

interface HeadProps {
  readonly talk: Conversation;
  readonly title: string;
  readonly names: Names;
  readonly focus: boolean;
}

/** The group, how many are in it, and who is typing. */
function Head({ talk, title, names, focus }: HeadProps) {
  const typists = useObservable(talk.typists);
  const count = useObservable(talk.members).filter(({ role }) => role !== undefined).length;
  const typing =
    typists.length > 1 ? words.severalTyping(typists.length) : words.typing(names.of(typists[0] ?? ''));
  return (
    <Bar>
      <div class="who">
        <span class="person">
          <Avatar user={{ id: talk.id, username: title }} isGroup />
        </span>
        <div class="names">
          <Heading focus={focus}>
            {/* The title may still be loading. */}
            <bdi title={title}>{title || '…'}</bdi>
          </Heading>
          <p class="presence">
            {typists.length > 0 ? <em>{typing}</em> : count > 0 ? words.count(count) : ''}
          </p>
        </div>
      </div>
      <Members talk={talk} title={title} />
    </Bar>
  );
}

function Gone() {
  useTitle(words.gone);
  return (
    <div class="view">
      <Bar>
        <Heading focus>{words.gone}</Heading>
      </Bar>
      <div class="page">
        <p>{words.goneHint}</p>
        <p>
          <a href={paths.people}>{texts.inbox.findPeople}</a>
        </p>
      </div>
    </div>
  );
}
