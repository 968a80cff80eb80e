/** Where the stacks are deployed when they run on this machine; ARNs and host names are made of it. */
export const account = {
  partition: 'aws',
  region: 'us-east-1',
  id: '000000000000',
  urlSuffix: 'amazonaws.com',
} as const;

export function arn(service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.id}:${resource}`;
}

/** The host of an API Gateway API, HTTP or WebSocket. */
export function apiHost(apiId: string): string {
  return `${apiId}.execute-api.${account.region}.${account.urlSuffix}`;
}
