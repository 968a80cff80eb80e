import type { Profile as Own } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Switch } from '../parts/switch.tsx';
import { Bar, Heading, useTitle } from '../parts/view-head.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { client, profile } from '../state/chat.ts';
import { errorText } from '../state/error-texts.ts';
import { areSupported, notifications, turnOff, turnOn } from '../state/notifications.ts';
import { hasMail, hasPasswords } from '../state/passwords.ts';
import { paths } from '../state/paths.ts';
import { isShown } from '../state/screen.ts';
import { texts } from '../texts.ts';
import { DeleteAccount } from './delete-account.tsx';
import { Download } from './download.tsx';
import { LogOut } from './log-out.tsx';
import { Password } from './password.tsx';

const words = texts.profile;

/** The user's profile and settings. */
export function Profile() {
  useTitle(words.title);
  const own = profile.value;
  const error = useSignal<unknown>(undefined);
  useEffect(() => {
    error.value = undefined;
  }, [own, error]);

  // No frame reports a change on another device, so the profile is read again each time the page is shown.
  const shown = isShown.value;
  useEffect(() => {
    if (shown) client.loadProfile().catch(() => undefined);
  }, [shown]);

  const showPresence = async (isShown: boolean) => {
    error.value = undefined;
    await client.changeProfile({ presence: isShown ? 'shown' : 'hidden' }).catch((reason: unknown) => {
      error.value = reason;
    });
  };
  const notifyHint = !areSupported
    ? words.notifyMissing
    : notifications.areDenied
      ? words.notifyDenied
      : words.notifyHint;

  return (
    <div class="view profile">
      <Bar>
        <Heading focus>{words.title}</Heading>
      </Bar>
      <div class="page">
        {!own ? (
          <Waiting failed={words.failed} onAgain={client.reconnect} />
        ) : (
          <>
            <dl class="facts">
              <dt>{words.username}</dt>
              <dd>
                <bdi>{own.username}</bdi>
              </dd>
              {own.email !== null && (
                <>
                  <dt>{words.email}</dt>
                  <dd>
                    <bdi>{own.email}</bdi>
                  </dd>
                </>
              )}
            </dl>
            {hasMail && own.has_password && !own.email_verified && <Unverified />}
            <Names own={own} />
            <hr />
            {own.staff && (
              <p>
                <a href={paths.reports}>{words.toReports}</a>
              </p>
            )}
            {error.value !== undefined && (
              <p class="refusal" role="alert">
                {errorText(error.value)}
              </p>
            )}
            <Switch
              label={words.presence}
              hint={words.presenceHint}
              isOn={own.presence === 'shown'}
              onChange={showPresence}
            />
            <Switch
              label={words.notify}
              hint={notifyHint}
              isOn={notifications.areOn}
              isDisabled={!areSupported || (notifications.areDenied && !notifications.areOn)}
              onChange={(isOn) => (isOn ? turnOn() : turnOff())}
            />
            <hr />
            {mayUsePassword(own) && (
              <>
                <Password email={own.email} />
                <hr />
              </>
            )}
            <Download username={own.username} />
            <hr />
          </>
        )}
        <div class="actions">
          <LogOut />
          {own && mayUsePassword(own) && <DeleteAccount />}
        </div>
      </div>
    </div>
  );
}

/** A user of another issuer has no password here. */
const mayUsePassword = (own: Own): own is Own & { readonly email: string } =>
  hasPasswords && own.has_password && own.email !== null;

/** Until the address is confirmed. */
function Unverified() {
  return (
    <section class="notice">
      <p>{words.unverified}</p>
      <Form
        submit={words.sendLink}
        done={words.linkSent}
        fields={[]}
        onSubmit={() => client.requestEmailVerification()}
      >
        {() => null}
      </Form>
    </section>
  );
}

const NAMES = {
  first_name: [words.firstName, 'given-name'],
  last_name: [words.lastName, 'family-name'],
} as const;
type Name = keyof typeof NAMES;
const names = Object.keys(NAMES) as Name[];

/** The user's names. A field that was not changed here follows other devices and is not sent. */
function Names({ own }: { readonly own: Own }) {
  const typed = useSignal<Partial<Record<Name, string>>>({});

  const save = async () => {
    const given = typed.peek();
    const changed = names.filter((name) => (given[name] ?? own[name]) !== own[name]);
    if (changed.length > 0) {
      await client.changeProfile(Object.fromEntries(changed.map((name) => [name, given[name]?.trim()])));
    }
    // Text that was typed meanwhile stays.
    const left = Object.entries(typed.peek()).filter(([name, value]) => value !== given[name as Name]);
    typed.value = Object.fromEntries(left);
  };

  return (
    <Form submit={words.save} done={words.saved} fields={names} onSubmit={save}>
      {(errors) => (
        <div class="pair">
          {names.map((name) => (
            <Field
              key={name}
              label={NAMES[name][0]}
              name={name}
              autocomplete={NAMES[name][1]}
              current={typed.value[name] ?? own[name]}
              onType={(value) => {
                typed.value = { ...typed.value, [name]: value };
              }}
              error={errors[name]}
            />
          ))}
        </div>
      )}
    </Form>
  );
}
