/** The AWS account and region of stacks on this machine. ARNs and host names contain them. */
export const account = {
  partition: 'aws',
  region: 'us-east-1',
  id: '000000000000',
  urlSuffix: 'amazonaws.com',
} as const;

export function arn(service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.id}:${resource}`;
}

/** The ARN of a function. */
export function functionArn(name: string): string {
  return arn('lambda', `function:${name}`);
}

/** The host name of an HTTP or WebSocket API. */
export function apiHost(apiId: string): string {
  return `${apiId}.execute-api.${account.region}.${account.urlSuffix}`;
}
