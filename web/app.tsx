import { useEffect } from 'preact/hooks';
import { Announcer } from './parts/announcer.tsx';
import { ConnectionLine } from './parts/connection-line.tsx';
import { Heading } from './parts/heading.tsx';
import { inbox, session } from './state/chat.ts';
import { goInside, isDoor, route } from './state/route.ts';
import { isWide } from './state/screen.ts';
import { texts } from './texts.ts';
import { Conversation } from './views/conversation/conversation.tsx';
import { Inbox } from './views/inbox.tsx';
import { LogIn } from './views/log-in.tsx';
import { People } from './views/people.tsx';
import { Profile } from './views/profile.tsx';
import { SignUp } from './views/sign-up.tsx';

/** Before the door or behind it. */
export function App() {
  const { state, user } = session.value;
  if (state === 'unknown') return null;
  // Another tab may have logged in somebody else: nothing of one's is left for the other.
  if (user) return <Chat key={user.id} />;
  return route.value.view === 'sign-up' ? <SignUp /> : <LogIn />;
}

/** The conversations, and beside them (on a phone: instead of them) what was chosen. */
function Chat() {
  const isAtDoor = isDoor(route.value);
  useEffect(() => {
    if (isAtDoor) goInside();
  }, [isAtDoor]);
  return (
    <div class={isWide.value ? 'chat wide' : 'chat'}>
      {isWide.value && (
        <>
          {/* No link: what is behind # is the route. */}
          <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
            {texts.inbox.skip}
          </button>
          <aside class="side" aria-label={texts.app}>
            <Inbox />
          </aside>
        </>
      )}
      <main id="main" tabIndex={-1}>
        <ConnectionLine />
        <View />
        <Announcer />
      </main>
    </div>
  );
}

function View() {
  const now = route.value;
  switch (now.view) {
    case 'conversation':
      return <Conversation key={now.userId} userId={now.userId} />;
    case 'people':
      return <People />;
    case 'profile':
      return <Profile />;
    default:
      return isWide.value ? <Choose /> : <Inbox />;
  }
}

/** There is room for a conversation, and none is chosen. */
function Choose() {
  return (
    <div class="view choose">
      <Heading unseen>{texts.app}</Heading>
      {inbox.isLoaded.value && <p>{texts.inbox.choose}</p>}
    </div>
  );
}
