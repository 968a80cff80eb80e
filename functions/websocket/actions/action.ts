import type { Connection } from '../../core/connections/connection.ts';
import type { ActionInput, ActionName } from '../../protocol/actions.ts';

/** Who sent the frame, over which socket. */
export interface Caller {
  readonly connection: Connection;
  readonly username: string;
}

/** Does what a frame asks for; what it returns is the reply. */
export type Action<N extends ActionName> = (caller: Caller, input: ActionInput<N>) => Promise<object>;
