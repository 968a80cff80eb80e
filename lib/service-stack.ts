import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DataStack } from './data-stack.ts';
import { environmentOf } from './environment.ts';
import { ParleyFunction } from './function.ts';
import { type Entry, type FunctionSpec, functionSpecs, isDeployed } from './functions.ts';
import { ParleyHttpApi } from './http-api.ts';
import { grantMail } from './mail-access.ts';
import type { Settings } from './settings.ts';
import { siteSecret } from './site-secret.ts';
import { grantTableAccess } from './table-access.ts';
import { feedAccountChanges, feedMessageChanges } from './table-changes.ts';
import { ParleyWebSocketApi, socketStage } from './websocket-api.ts';

export interface ServiceStackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  /** The folder of all built functions. */
  readonly bundles: string;
}

/** The two APIs and their functions. It holds no data, so it may be deleted and deployed again. */
export class ServiceStack extends Stack {
  /** Hosts without a scheme, for the distribution. */
  readonly httpDomain: string;
  readonly webSocketDomain: string;
  /** Undefined if the bare APIs are open. */
  readonly siteSecret: Secret | undefined;

  readonly #props: ServiceStackProps;
  readonly #webSocketApi: ParleyWebSocketApi;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, { description: `Parley (${props.settings.stage}): the HTTP and WebSocket APIs` });
    this.#props = props;
    this.siteSecret = props.settings.bareApis ? undefined : siteSecret(this);
    this.#webSocketApi = new ParleyWebSocketApi(this, 'WebSocket', props.settings);
    const functions = this.#functions();

    const http = new ParleyHttpApi(this, 'Http', { settings: props.settings, functions });
    this.#webSocketApi.addRoutes({
      authorize: functions['websocket/authorize'],
      connect: functions['websocket/connect'],
      disconnect: functions['websocket/disconnect'],
      message: functions['websocket/message'],
    });
    feedAccountChanges(this, props.data.table, functions['stream/account-changes']);
    feedMessageChanges(this, props.data.table, functions['stream/message-changes']);

    this.httpDomain = `${http.api.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
    this.webSocketDomain = this.#webSocketApi.domainName;
    new CfnOutput(this, 'HttpApiUrl', { value: `https://${this.httpDomain}/` });
    new CfnOutput(this, 'WebSocketUrl', { value: `wss://${this.webSocketDomain}/${socketStage}` });
  }

  #functions(): Record<Entry, ParleyFunction> {
    const entries = (Object.entries(functionSpecs) as [Entry, FunctionSpec][]).filter(([entry]) =>
      isDeployed(entry, this.#props.settings),
    );
    return Object.fromEntries(entries.map(([entry, spec]) => [entry, this.#function(entry, spec)])) as Record<
      Entry,
      ParleyFunction
    >;
  }

  #function(entry: Entry, spec: FunctionSpec): ParleyFunction {
    const { settings, data, bundles } = this.#props;
    const made = new ParleyFunction(this, constructId(entry), {
      settings,
      entry,
      bundles,
      memoryMb: spec.memoryMb,
      timeoutSeconds: spec.timeoutSeconds,
      environment: environmentOf(entry, spec, {
        settings,
        tableName: data.table.tableName,
        signingSecretArn: data.signingSecret.secretArn,
        // The template has only a reference. Functions that look the secret up would each need a role for it, and start later.
        siteSecret: this.siteSecret?.secretValue.unsafeUnwrap(),
        webSocketStage: `${this.#webSocketApi.domainName}/${socketStage}`,
      }),
    });
    grantTableAccess(made, data.table, spec.table ?? []);
    if (spec.tokens === 'sign') {
      made.addToRolePolicy(
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue'],
          resources: [data.signingSecret.secretArn],
        }),
      );
    }
    if (spec.sendsMail) grantMail(made, settings);
    this.#webSocketApi.grantConnections(made, spec.connections ?? []);
    return made;
  }
}

/** `http/list-users` → `ListUsers`. */
function constructId(entry: Entry): string {
  return entry
    .slice(entry.indexOf('/') + 1)
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
