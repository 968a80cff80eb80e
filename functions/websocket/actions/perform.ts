import type { ActionFrame } from '../../protocol/actions.ts';
import type { Caller } from './action.ts';
import { readAction, receivedAction } from './mark.ts';
import { pingAction } from './ping.ts';
import { sendAction } from './send.ts';
import { syncAction } from './sync.ts';
import { typingAction } from './typing.ts';
import { watchAction } from './watch-presence.ts';

/** Does what a device's frame asks for, and gives its reply. */
export function perform(caller: Caller, frame: ActionFrame): Promise<object> {
  switch (frame.action) {
    case 'message.send':
      return sendAction(caller, frame.input);
    case 'conversation.read':
      return readAction(caller, frame.input);
    case 'message.received':
      return receivedAction(caller, frame.input);
    case 'typing':
      return typingAction(caller, frame.input);
    case 'sync':
      return syncAction(caller, frame.input);
    case 'presence.watch':
      return watchAction(caller, frame.input);
    case 'ping':
      return pingAction(caller, frame.input);
  }
}
