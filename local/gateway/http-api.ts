import type { HttpApiSpec, Invoker } from '../model.ts';
import type { HttpHandler } from './http-handler.ts';

/** An API Gateway HTTP API with Lambda proxy integrations, payload format 2.0. */
export function httpApi(_spec: HttpApiSpec, _invoker: Invoker): HttpHandler {
  throw new Error('being written');
}
