import type { Conversation, Invitation } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CloseDialog } from '../../parts/close-dialog.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { firstLink } from '../../state/invitation.ts';
import { fullTime } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { InvitationLink } from './invitation-link.tsx';

const words = texts.invitations;

const DAY = 24 * 60 * 60;
type Choices = Readonly<Record<string, string>>;
const TIMES: Choices = { [DAY]: words.day, [7 * DAY]: words.week, [30 * DAY]: words.month };
const USES: Choices = { 1: words.uses(1), 10: words.uses(10), 100: words.uses(100), 1000: words.uses(1_000) };
const ROLES = { member: texts.groups.roles.member, reader: texts.groups.roles.reader };

interface Props {
  readonly talk: Conversation;
  readonly close: () => void;
}

/** The links by which others can join the group, and a new one. */
export function Invitations({ talk, close }: Props) {
  const all = useSignal<readonly Invitation[] | undefined>(undefined);
  const token = useSignal(firstLink.peek()?.token);
  const list = useRef<HTMLUListElement>(null);
  const load = useRequest(async () => {
    all.value = await talk.invitations();
  });
  useEffect(() => {
    firstLink.value = undefined;
    load.run();
  }, []);
  const revoke = useRequest(async (id: string) => {
    await talk.revokeInvitation(id);
    // The button disappears.
    list.current?.focus();
    all.value = all.value?.filter((one) => one.id !== id);
  });
  const error = load.error.value ?? revoke.error.value;

  return (
    <>
      <Form
        submit={words.create}
        fields={[]}
        onSubmit={async ({ role, time, uses }) => {
          const { token: made, ...invitation } = await talk.createInvitation({
            role: role === 'reader' ? role : 'member',
            expires_in: Number(time),
            max_uses: Number(uses),
          });
          token.value = made;
          all.value = [invitation, ...(all.value ?? [])];
        }}
      >
        {() => (
          <div class="pair">
            <SelectField label={words.time} name="time" options={TIMES} value={`${7 * DAY}`} />
            <SelectField label={words.most} name="uses" options={USES} value="100" />
            <SelectField label={words.role} name="role" options={ROLES} value="member" />
          </div>
        )}
      </Form>
      {token.value !== undefined && <InvitationLink key={token.value} token={token.value} />}
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {all.value && all.value.length > 0 && <h3>{words.present}</h3>}
      <ul ref={list} class="people-list" tabIndex={-1} aria-label={words.present}>
        {all.value?.map(({ id, role, uses, max_uses, expires_at }) => (
          <li key={id}>
            <span class="member">
              <span>{words.used(uses, max_uses)}</span>
              <span class="aside">{`${ROLES[role]} · ${words.until(fullTime(new Date(expires_at)))}`}</span>
            </span>
            <button type="button" aria-disabled={revoke.isBusy.value} onClick={() => revoke.run(id)}>
              {words.revoke}
            </button>
          </li>
        ))}
      </ul>
      <CloseDialog close={close} />
    </>
  );
}
