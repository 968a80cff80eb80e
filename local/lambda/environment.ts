import { devNull } from 'node:os';
import { resolve } from 'node:path';
import { account, arn } from '../assembly/account.ts';
import type { FunctionSpec } from '../model.ts';

/** The variables a function's process starts with: its own, Lambda's, and nothing of this shell but PATH. */
export function functionEnvironment(spec: FunctionSpec, runtimeApi: string): Record<string, string> {
  return {
    ...spec.environment,
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: resolve(spec.codeFolder),
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    // The developer's own AWS profiles stay out of it.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
  };
}

export function functionArn(name: string): string {
  return arn('lambda', `function:${name}`);
}
