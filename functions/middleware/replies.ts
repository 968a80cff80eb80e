import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type HttpReply = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

export const noContent: HttpReply = { statusCode: 204 };

/** For answers that carry tokens (RFC 6749 §5.1). */
export const NO_STORE = { 'cache-control': 'no-store' };
