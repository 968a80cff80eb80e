import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  type AddToPrincipalPolicyResult,
  PolicyDocument,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Entry } from './functions.ts';
import { logRetention } from './log-retention.ts';
import type { Settings } from './settings.ts';

export interface ParleyFunctionProps {
  readonly settings: Settings;
  readonly entry: Entry;
  /** The folder of all built functions. */
  readonly bundles: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The role of one function, with its permissions inside. CDK would make another resource of them, and CloudFormation takes 500 a
 * stack.
 */
class OwnRole extends Role {
  readonly #permissions: PolicyDocument;

  constructor(scope: Construct, id: string) {
    const permissions = new PolicyDocument();
    super(scope, id, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Own: permissions },
    });
    this.#permissions = permissions;
  }

  override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    this.#permissions.addStatements(statement);
    return { statementAdded: true, policyDependable: this };
  }
}

/**
 * A function from its bundle, with a log group of its own. Its role may only write to that log group and, with
 * tracing, send traces.
 */
export class ParleyFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ParleyFunctionProps) {
    const folder = join(props.bundles, props.entry);
    if (!existsSync(join(folder, 'index.mjs'))) {
      throw new Error(`no bundle for functions/${props.entry}.ts: expected ${join(folder, 'index.mjs')}`);
    }
    const name = props.entry.slice(props.entry.indexOf('/') + 1);
    const functionName = `parley-${props.settings.stage}-${name}`;
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logRetention(props.settings),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The managed AWSLambdaBasicExecutionRole may write to every log group of the account.
    const role = new OwnRole(scope, `${id}Role`);
    logGroup.grantWrite(role);

    super(scope, id, {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      tracing: props.settings.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      logGroup,
      // START, END and REPORT lines would be most of what a function logs, and logs are paid by the byte.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      role,
      environment: props.environment,
    });
    if (props.settings.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray (PutTraceSegments, PutTelemetryRecords) knows no resources to narrow it to.',
      });
    }
  }
}
