import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../gateway/http-handler.ts';
import type { AccessControl } from './access-control.ts';
import type { SecretValues, SecretVersion } from './secret-values.ts';

interface Request {
  readonly SecretId?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly SecretString?: string;
  readonly ClientRequestToken?: string;
}

/** A secret has 64 KB at most. JSON escapes may double that. */
const maximumRequestBytes = 256 * 1024;

/** An error with Secrets Manager's name for it. */
class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Operation = (secret: NonNullable<ReturnType<SecretValues['find']>>, input: Request) => object;

/** The operations of AWS Secrets Manager that read and rotate values, with access control. */
export function secretsManager(values: SecretValues, access: AccessControl) {
  const operations: Readonly<Record<string, Operation>> = {
    GetSecretValue({ arn, versions }, { VersionId, VersionStage }) {
      const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
      const version = versions.find(
        ({ id, stages }) =>
          (VersionId === undefined || id === VersionId) && (stage === undefined || stages.includes(stage)),
      );
      if (version === undefined) {
        throw new Refusal(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${stage ? `staging label: ${stage}` : `VersionId: ${VersionId}`}`,
        );
      }
      return { ...described(arn, version), SecretString: version.value, CreatedDate: version.createdAt };
    },
    PutSecretValue({ arn }, { SecretString, ClientRequestToken }) {
      if (SecretString === undefined)
        throw new Refusal('InvalidRequestException', 'You must provide SecretString.');
      return described(arn, values.put(arn, SecretString, ClientRequestToken));
    },
    DescribeSecret: ({ arn, versions }) => ({
      ARN: arn,
      VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
    }),
  };

  return async (request: IncomingMessage, response: ServerResponse, caller: string): Promise<void> => {
    try {
      const name =
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '';
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation === undefined)
        throw new Refusal('UnknownOperationException', `The local runtime does not have ${name}.`);
      const input = parse(await readBody(request, maximumRequestBytes));
      const secret = values.find(input.SecretId ?? '');
      const resource = secret?.arn ?? input.SecretId ?? '*';
      const refusal = access.refusal(caller, [{ action: `secretsmanager:${name}`, resource }]);
      if (refusal !== undefined) throw new Refusal('AccessDeniedException', refusal);
      if (secret === undefined) {
        throw new Refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      reply(response, 200, operation(secret, input));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply(response, 400, { __type: error.code, message: error.message });
    }
  };
}

function parse(body: Buffer | 'too-large'): Request {
  try {
    const input = JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null) return input;
  } catch {}
  throw new Refusal('SerializationException', 'The request must be a JSON object.');
}

function described(arn: string, version: SecretVersion) {
  return { ARN: arn, Name: arn.split(':').at(-1), VersionId: version.id, VersionStages: version.stages };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
