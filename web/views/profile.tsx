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
import { paths } from '../state/paths.ts';
import { words } from '../state/refusals.ts';
import { goInstead } from '../state/route.ts';
import { useTitle } from '../state/title.ts';
import { texts } from '../texts.ts';

const said = texts.profile;

/** Who one is, and what others and this device are told. */
export function Profile() {
  useTitle(said.title);
  const own = profile.value;
  const refusal = useSignal<unknown>(undefined);
  useEffect(() => {
    refusal.value = undefined;
  }, [own, refusal]);

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
            <Form
              submit={said.save}
              done={said.saved}
              fields={['first_name', 'last_name']}
              onSubmit={({ first_name = '', last_name = '' }) =>
                client.changeProfile({ first_name: first_name.trim(), last_name: last_name.trim() })
              }
            >
              {(faults) => (
                <div class="pair">
                  <Field
                    label={said.firstName}
                    name="first_name"
                    autocomplete="given-name"
                    value={own.first_name}
                    error={faults.first_name}
                  />
                  <Field
                    label={said.lastName}
                    name="last_name"
                    autocomplete="family-name"
                    value={own.last_name}
                    error={faults.last_name}
                  />
                </div>
              )}
            </Form>
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
        <button
          type="button"
          onClick={() => {
            // Whoever logs in next does not begin here.
            goInstead(paths.inbox);
            void client.logOut();
          }}
        >
          {said.logOut}
        </button>
      </div>
    </div>
  );
}
