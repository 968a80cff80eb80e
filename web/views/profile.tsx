import type { Profile as Own } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Bar } from '../parts/bar.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading } from '../parts/heading.tsx';
import { Switch } from '../parts/switch.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { client, profile } from '../state/chat.ts';
import { areThere, notifications, turnOff, turnOn } from '../state/notifications.ts';
import { words } from '../state/refusals.ts';
import { isShown } from '../state/screen.ts';
import { useTitle } from '../state/title.ts';
import { texts } from '../texts.ts';
import { LogOut } from './log-out.tsx';

const said = texts.profile;

/** Who one is, and what others and this device are told. */
export function Profile() {
  useTitle(said.title);
  const own = profile.value;
  const refusal = useSignal<unknown>(undefined);
  useEffect(() => {
    refusal.value = undefined;
  }, [own, refusal]);

  // No frame tells what another device has changed; the library reads it again when there was no line.
  const shown = isShown.value;
  useEffect(() => {
    if (shown) client.loadProfile().catch(() => undefined);
  }, [shown]);

  const showPresence = async (isShown: boolean) => {
    refusal.value = undefined;
    await client.changeProfile({ presence: isShown ? 'shown' : 'hidden' }).catch((error: unknown) => {
      refusal.value = error;
    });
  };
  const notifyHint = !areThere
    ? said.notifyMissing
    : notifications.areDenied
      ? said.notifyDenied
      : said.notifyHint;

  return (
    <div class="view profile">
      <Bar>
        <Heading focus>{said.title}</Heading>
      </Bar>
      <div class="page">
        {!own ? (
          <Waiting failed={said.failed} onAgain={client.reconnect} />
        ) : (
          <>
            <dl class="facts">
              <dt>{said.username}</dt>
              <dd>
                <bdi>{own.username}</bdi>
              </dd>
              <dt>{said.email}</dt>
              <dd>
                <bdi>{own.email}</bdi>
              </dd>
            </dl>
            <Names own={own} />
            <hr />
            {refusal.value !== undefined && (
              <p class="refusal" role="alert">
                {words(refusal.value)}
              </p>
            )}
            <Switch
              label={said.presence}
              hint={said.presenceHint}
              isOn={own.presence === 'shown'}
              onChange={showPresence}
            />
            <Switch
              label={said.notify}
              hint={notifyHint}
              isOn={notifications.areOn}
              isDisabled={!areThere || (notifications.areDenied && !notifications.areOn)}
              onChange={(isOn) => (isOn ? turnOn() : turnOff())}
            />
            <hr />
          </>
        )}
        <LogOut />
      </div>
    </div>
  );
}

const NAMES = {
  first_name: [said.firstName, 'given-name'],
  last_name: [said.lastName, 'family-name'],
} as const;
type Name = keyof typeof NAMES;
const names = Object.keys(NAMES) as Name[];

/** One's names. What is not touched here follows what is changed elsewhere, and is not sent. */
function Names({ own }: { readonly own: Own }) {
  const typed = useSignal<Partial<Record<Name, string>>>({});

  const save = async () => {
    const given = typed.peek();
    const touched = names.filter((name) => (given[name] ?? own[name]) !== own[name]);
    if (touched.length > 0) {
      await client.changeProfile(Object.fromEntries(touched.map((name) => [name, given[name]?.trim()])));
    }
    // What was typed meanwhile stays.
    const left = Object.entries(typed.peek()).filter(([name, value]) => value !== given[name as Name]);
    typed.value = Object.fromEntries(left);
  };

  return (
    <Form submit={said.save} done={said.saved} fields={names} onSubmit={save}>
      {(faults) => (
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
              error={faults[name]}
            />
          ))}
        </div>
      )}
    </Form>
  );
}
