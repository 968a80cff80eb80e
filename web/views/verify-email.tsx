import { useSignal } from '@preact/signals';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client, session } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.verify;

/** The page of a link that confirms an address. It asks for a click, because programs that look at mails open links, too. */
export function VerifyEmail({ token }: { readonly token: string }) {
  useTitle(words.title);
  const isDone = useSignal(false);

  const verify = async () => {
    await client.verifyEmail(token);
    isDone.value = true;
    // The profile of whoever is logged in here may be the one.
    if (session.peek().user) await client.loadProfile().catch(() => undefined);
  };

  return (
    <AuthPage>
      <Heading focus>{isDone.value ? words.done : words.title}</Heading>
      {!isDone.value && (
        <>
          <p>{words.hint}</p>
          <Form submit={words.submit} fields={[]} onSubmit={verify}>
            {() => null}
          </Form>
        </>
      )}
      <p class="aside">
        <a href={paths.inbox}>{words.toApp}</a>
      </p>
    </AuthPage>
  );
}
