import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  type PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { cancelled, fault as storeFault } from '../../support/table/errors.ts';
import { type Condition, execute, FRESH } from '../../support/table/execute.ts';
import type { State } from '../../support/table/state.ts';
import type { Fault } from './fate.ts';
import type { Invocation } from './invocation.ts';
import type { Sockets } from './sockets.ts';
import { wordsOf } from './words.ts';

/** The table as one invocation sees it, with faults. */
export function storePort(state: State, invocation: Invocation) {
  return (command: object): Promise<object> => {
    const what = wordsOf(command);
    return invocation.turn(what, (fault) => {
      if (fault?.kind === 'throttled') throw throttled(command);
      if (fault?.kind === 'timed-out') throw storeFault('TimeoutError');
      const result = execute(state, command, conditionOf(fault));
      if (fault?.kind === 'answer-lost') throw storeFault('TimeoutError');
      // A transaction carries a token of the SDK. DynamoDB recognises a repetition by it.
      const isRepeated = fault?.kind === 'done-twice' && !(command instanceof TransactWriteCommand);
      return isRepeated ? execute(state, command) : result;
    });
  };
}

function throttled(command: object): Error {
  if (!(command instanceof TransactWriteCommand)) return storeFault('ThrottlingException');
  return cancelled(
    (command.input.TransactItems ?? []).map((_, i) => (i === 0 ? 'TransactionConflict' : 'None')),
  );
}

function conditionOf(fault: Fault | undefined): Condition {
  if (fault?.kind === 'unprocessed') return { ...FRESH, processed: 1 };
  if (fault?.kind !== 'stale') return FRESH;
  return { ...FRESH, lag: (index) => (index === 0 ? 1 + (fault.at % 4) : (fault.at + 3 * index) % 5) };
}

/** A client of `@connections` that passes every command to `send`. */
export function managementClient(send: (command: object) => Promise<object>): ApiGatewayManagementApiClient {
  return { send } as unknown as ApiGatewayManagementApiClient;
}

/** `@connections` as one invocation sees it, with faults. */
export function gatewayPort(sockets: Sockets, invocation: Invocation) {
  return (command: object): Promise<object> => {
    const { ConnectionId = '' } = (command as PostToConnectionCommand).input;
    const what = `${verbOf(command)} ${ConnectionId}`;
    return invocation.turn(what, (fault) => {
      if (fault?.kind === 'throttled') throw Object.assign(new Error(), { name: 'LimitExceededException' });
      if (fault?.kind === 'timed-out') throw Object.assign(new Error(), { name: 'TimeoutError' });
      if (fault?.kind === 'false-410') throw gone();
      const times = fault?.kind === 'done-twice' ? 2 : 1;
      for (let i = 0; i < times; i += 1) {
        const isKnown = carryOut(sockets, command, ConnectionId);
        if (!isKnown) throw gone();
      }
      if (fault?.kind === 'answer-lost') throw Object.assign(new Error(), { name: 'TimeoutError' });
      return {};
    });
  };
}

function verbOf(command: object): string {
  if (command instanceof GetConnectionCommand) return 'looking for';
  return command instanceof DeleteConnectionCommand ? 'closing' : 'a post to';
}

function carryOut(sockets: Sockets, command: object, connectionId: string): boolean {
  if (command instanceof GetConnectionCommand) return sockets.isOpen(connectionId);
  if (command instanceof DeleteConnectionCommand) return sockets.close(connectionId);
  return sockets.post(connectionId, String((command as PostToConnectionCommand).input.Data));
}

function gone(): Error {
  return new GoneException({ $metadata: {}, message: 'Gone' });
}
