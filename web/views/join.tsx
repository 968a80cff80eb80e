import type { OpenInvitation } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Form } from '../parts/form.tsx';
import { Avatar } from '../parts/person.tsx';
import { Bar, Heading, useTitle } from '../parts/view-head.tsx';
import { client, connection, inbox } from '../state/chat.ts';
import { errorText } from '../state/error-texts.ts';
import { forgetInvitation, keepInvitation } from '../state/invitation.ts';
import { hasPasswords } from '../state/passwords.ts';
import { paths } from '../state/paths.ts';
import { goInstead } from '../state/route.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.join;

/** What the link in the address invites to. */
export function Join({ token }: { readonly token: string }) {
  useTitle(words.title);
  const invited = useSignal<OpenInvitation | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const isOnline = connection.value === 'online';
  useEffect(forgetInvitation, []);
  useEffect(() => {
    if (invited.peek()) return;
    client.invitation(token).then(
      (found) => {
        invited.value = found;
        error.value = undefined;
      },
      (reason: unknown) => {
        error.value = reason;
      },
    );
    // After a failure, the next connection tries again.
  }, [token, isOnline]);

  const group = invited.value?.conversation;
  const isIn = inbox.all.value.some(({ id }) => id === group?.id);
  useEffect(() => {
    if (group && isIn) goInstead(paths.group(group.id));
  }, [isIn]);

  return (
    <div class="view">
      <Bar>
        <Heading focus>{words.title}</Heading>
      </Bar>
      <div class="page join">
        {error.value !== undefined && (
          <p class="refusal" role="alert">
            {errorText(error.value)}
          </p>
        )}
        {!group && error.value === undefined && <p role="status">{texts.loading}</p>}
        {invited.value && group && (
          <>
            <Avatar user={{ id: group.id, username: group.title }} isGroup />
            <h2>
              <bdi>{group.title}</bdi>
            </h2>
            <p class="aside">{texts.groups.count(group.members)}</p>
            <p>{words.by(invited.value.invited_by.username)}</p>
            {invited.value.role === 'reader' && <p>{words.reader}</p>}
            <Form
              submit={words.submit}
              fields={[]}
              onSubmit={async () => goInstead(paths.group((await client.join(token)).id))}
            >
              {() => null}
            </Form>
          </>
        )}
        <p>
          <a href={paths.inbox}>{words.later}</a>
        </p>
      </div>
    </div>
  );
}

/** The same for somebody who must log in or sign up first. */
export function JoinLater({ token }: { readonly token: string }) {
  useTitle(words.title);
  useEffect(() => keepInvitation(token), [token]);
  return (
    <AuthPage>
      <Heading focus>{words.title}</Heading>
      {hasPasswords ? (
        <>
          <p>{words.first}</p>
          <a class="button main" href={paths.logIn}>
            {texts.logIn.submit}
          </a>
          <p class="aside">
            {texts.logIn.noAccount} <a href={paths.signUp}>{texts.logIn.toSignUp}</a>
          </p>
        </>
      ) : (
        <p>{texts.logIn.elsewhere}</p>
      )}
    </AuthPage>
  );
}
