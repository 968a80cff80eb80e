/**
 * The runtime client for nodejs24.x. Like Lambda's own, it connects the Runtime API and a handler. For a fast cold start
 * it is in JavaScript, which needs no type stripping. Its argument is the folder of the compile cache, or ''.
 */
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// An `import` would evaluate all exports of `node:http`. One of them loads undici, which takes as long as all the rest.
const { Agent, request } = process.getBuiltinModule('node:http');

const { hostname, port, pathname } = new URL(
  `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`,
);
const agent = new Agent({ keepAlive: true });

// The parent holds the other end of this pipe. The pipe closes at any end of the parent.
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0));
process.stdin.resume().unref();
// Ctrl-C reaches the whole process group; the parent decides when a function ends.
process.on('SIGINT', () => {});

function call(method, path, body, headers) {
  return new Promise((resolve) => {
    const options = { hostname, port, path: pathname + path, method, headers, agent };
    const sent = request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    // The runtime has ended.
    sent.on('error', () => process.exit(1));
    sent.end(body);
  });
}

function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    stackTrace: String(error.stack).split('\n').slice(1),
  };
}

async function report(path, error) {
  const described = describe(error);
  console.error(JSON.stringify(described));
  await call('POST', path, JSON.stringify(described), {
    'content-type': 'application/json',
    'lambda-runtime-function-error-type': encodeURIComponent(described.errorType),
  });
}

function named(name, message) {
  return Object.assign(new Error(message), { name: `Runtime.${name}` });
}

async function loadHandler() {
  const [, moduleName, exportName] = /^(.+)\.([^./]+)$/.exec(process.env._HANDLER ?? '') ?? [];
  if (!moduleName) {
    throw named('MalformedHandlerName', `Bad handler '${process.env._HANDLER}'`);
  }
  const file = ['.mjs', '.js', '.cjs']
    .map((ending) => join(process.env.LAMBDA_TASK_ROOT, moduleName + ending))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw named('ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  }
  const handler = (await import(pathToFileURL(file).href))[exportName];
  if (typeof handler !== 'function') {
    throw named('HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
  }
  // nodejs24.x refuses callback handlers. It detects them by their number of parameters.
  if (handler.length > 2) {
    throw named('CallbackHandlerDeprecated', 'Callback-based handlers are not supported from Node.js 24 on.');
  }
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

let running;

async function endWith(error, exitCode) {
  await report(running === undefined ? 'init/error' : `invocation/${running}/error`, error);
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => endWith(error, 129));
process.on('unhandledRejection', (reason) =>
  endWith(named('UnhandledPromiseRejection', describe(reason).errorMessage), 128),
);
// The event loop is empty, but the handler's promise is open. So the promise can never settle.
process.on('beforeExit', () =>
  endWith(named('NodeJsExit', 'A promise of the handler was never settled.'), 1),
);

const [, , codeCache] = process.argv;
if (codeCache) enableCompileCache(codeCache);
const handler = await loadHandler().catch((error) => endWith(error, 1));
// At its exit, Node would write the cache itself. But this process is killed.
if (codeCache) flushCompileCache();

for (;;) {
  const next = await call('GET', 'invocation/next');
  const context = contextOf(next.headers);
  running = context.awsRequestId;
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
  try {
    const result = await handler(JSON.parse(next.body), context);
    await call('POST', `invocation/${running}/response`, JSON.stringify(result) ?? 'null');
  } catch (error) {
    await report(`invocation/${running}/error`, error);
  }
  running = undefined;
}
