import type { Runtime } from '../../../local/runtime.ts';
import { tokenFor } from '../../support/mailbox.ts';
import { WorstScene } from './scene.ts';

/** Sign-ups of a system where addresses must be verified. */
export async function measureSignUps(runtime: Runtime) {
  const scene = new WorstScene(runtime);
  const ask = (newcomer: object) => scene.answer(202, '/users/register/', { body: newcomer });
  const confirm = ({ email, password }: { readonly email: string; readonly password: string }) => {
    const body = { token: tokenFor(runtime.mailFolder, email, 'sign-up'), password };
    return scene.answer(201, '/users/register/confirm/', { body });
  };
  const newcomer = scene.newcomer();
  const signUp = await scene.count(() => ask(newcomer));
  const confirmSignUp = await scene.count(() => confirm(newcomer), {
    only: ['confirm-sign-up', 'account-changes'],
    waiting: () => scene.settled('account-changes'),
  });
  return { signUp, confirmSignUp };
}
