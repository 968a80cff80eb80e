import { useEffect } from 'preact/hooks';
import { Announcer } from './parts/announcer.tsx';
import { ConnectionStatus } from './parts/connection-status.tsx';
import { Failure } from './parts/failure.tsx';
import { Heading } from './parts/view-head.tsx';
import { inbox, session } from './state/chat.ts';
import { waitingInvitation } from './state/invitation.ts';
import { hasMail, hasPasswords } from './state/passwords.ts';
import { paths } from './state/paths.ts';
import { goInstead, goToApp, isAuthView, route } from './state/route.ts';
import { isWide } from './state/screen.ts';
import { texts } from './texts.ts';
import { ConfirmSignUp } from './views/confirm-sign-up.tsx';
import { Conversation } from './views/conversation/conversation.tsx';
import { Group } from './views/conversation/group.tsx';
import { ForgotPassword } from './views/forgot-password.tsx';
import { Inbox } from './views/inbox.tsx';
import { Join, JoinLater } from './views/join.tsx';
import { LogIn, LogInElsewhere } from './views/log-in.tsx';
import { People } from './views/people.tsx';
import { Profile } from './views/profile.tsx';
import { Reports } from './views/reports/reports.tsx';
import { ResetPassword } from './views/reset-password.tsx';
import { SignUp } from './views/sign-up.tsx';
import { VerifyEmail } from './views/verify-email.tsx';

/** The chat for a user who is logged in, otherwise the login or the sign-up page. */
export function App() {
  const { state, user } = session.value;
  const now = route.value;
  if (state === 'unknown') return null;
  if (hasPasswords) {
    if (now.view === 'reset') return <ResetPassword key={now.token} token={now.token} />;
    if (now.view === 'verify') return <VerifyEmail key={now.token} token={now.token} />;
    if (now.view === 'confirm') return <ConfirmSignUp key={now.token} token={now.token} />;
  }
  // A key, because another tab may log in another user, who must not see this user's state.
  if (user) return <Chat key={user.id} />;
  if (now.view === 'join') return <JoinLater token={now.token} />;
  if (!hasPasswords) return <LogInElsewhere />;
  if (now.view === 'forgot' && hasMail) return <ForgotPassword />;
  return now.view === 'sign-up' ? <SignUp /> : <LogIn />;
}

/** The list of conversations, and beside it the chosen view. On a phone, the view replaces the list. */
function Chat() {
  const isAuth = isAuthView(route.value);
  useEffect(() => {
    if (isAuth) goToApp();
  }, [isAuth]);
  useEffect(() => {
    const token = waitingInvitation();
    if (token) goInstead(paths.join(token));
  }, []);
  return (
    <div class={isWide.value ? 'chat wide' : 'chat'}>
      {isWide.value && (
        <>
          {/* Not a link, because the part after # is the route. */}
          <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
            {texts.inbox.skip}
          </button>
          <aside class="side" aria-label={texts.app}>
            <Inbox />
          </aside>
        </>
      )}
      <main id="main" tabIndex={-1}>
        <ConnectionStatus />
        <Failure />
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
    case 'group':
      return <Group key={now.id} id={now.id} />;
    case 'join':
      return <Join key={now.token} token={now.token} />;
    case 'people':
      return <People />;
    case 'profile':
      return <Profile />;
    case 'reports':
      return <Reports />;
    default:
      return isWide.value ? <Choose /> : <Inbox />;
  }
}

/** On a wide screen, while no conversation is chosen. */
function Choose() {
  return (
    <div class="view choose">
      <Heading unseen>{texts.app}</Heading>
      {inbox.isLoaded.value && <p>{texts.inbox.choose}</p>}
    </div>
  );
}
