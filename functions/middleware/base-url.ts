import type { APIGatewayProxyEventV2 } from 'aws-lambda';

const HOST = /^[a-z0-9.-]+(?::[0-9]{1,5})?$|^\[[0-9a-f:.]+\](?::[0-9]{1,5})?$/i;

/**
 * Scheme and host as the caller used them, for the absolute URLs of pages. Behind CloudFront the viewer's host comes in
 * `X-Forwarded-Host`, set by the distribution's function; whoever forges it misleads only themselves.
 */
export function baseUrl({ headers, requestContext }: APIGatewayProxyEventV2): string {
  const host = [headers['x-forwarded-host'], headers.host].find((name) => name && HOST.test(name));
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return `${scheme}://${host ?? requestContext.domainName}`;
}
