/**
 * Runs a function under aws-lambda-ric, AWS's own runtime client, instead of `local/lambda/bootstrap.mjs`.
 *
 * The client takes an address without a path, and the local Runtime API knows its processes by their paths. So a relay adds the
 * path. It has a thread of its own, because the client blocks its thread while it sends an answer.
 */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  // The parent holds the other end of this pipe.
  process.stdin.on('end', () => process.exit()).resume();
  const [port] = await once(new Worker(new URL(import.meta.url)), 'message');
  process.env.AWS_LAMBDA_RUNTIME_API = `127.0.0.1:${port}`;
  await import('../../.cache/ric/node_modules/aws-lambda-ric/index.mjs');
} else {
  const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}`;
  const relay = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const sent = request(base + url, { method, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    sent.on('error', () => process.exit(1));
    asked.pipe(sent);
  });
  relay.keepAliveTimeout = 0;
  relay.listen(0, '127.0.0.1', () => parentPort.postMessage(relay.address().port));
}
