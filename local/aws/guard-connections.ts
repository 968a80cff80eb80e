import type { IncomingMessage, ServerResponse } from 'node:http';
import { arn } from '../assembly/account.ts';
import { type HttpHandler, sendJson } from '../gateway/http-handler.ts';
import type { AccessControl } from './access-control.ts';

/**
 * The @connections API for those who may use it: IAM knows one action for it, and the resource tells API, stage,
 * method and connection. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
export function guardConnections(
  connections: HttpHandler,
  apiId: string,
  access: AccessControl,
): (request: IncomingMessage, response: ServerResponse, caller: string) => void | Promise<void> {
  return (request, response, caller) => {
    const refusal = access.refusal(caller, [
      {
        action: 'execute-api:ManageConnections',
        resource: arn('execute-api', `${apiId}${pathOf(request, request.method)}`),
      },
    ]);
    if (refusal === undefined) return connections(request, response);
    request.resume();
    sendJson(response, 403, { message: refusal }, { 'x-amzn-errortype': 'AccessDeniedException' });
  };
}

/** `/ws/@connections/id` as the ARN has it: `/ws/POST/@connections/id`. */
function pathOf({ url = '' }: IncomingMessage, method = ''): string {
  const [path = ''] = url.split('?');
  return path.replace('/@connections/', `/${method}/@connections/`);
}
