/**
 * What the templates say, reduced to what has to run: the seam between reading a cloud assembly (`assembly/`)
 * and serving it (`lambda/`, `gateway/`, `edge/`, `aws/`).
 */

export interface Deployment {
  readonly table: TableSpec;
  readonly secrets: readonly SecretSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly eventSources: readonly EventSourceSpec[];
  readonly httpApi: HttpApiSpec;
  readonly webSocketApi: WebSocketApiSpec;
  readonly distribution: DistributionSpec;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface TableSpec {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly ttlAttribute: string | undefined;
  readonly streamView: 'NEW_AND_OLD_IMAGES' | undefined;
}

export interface SecretSpec {
  readonly arn: string;
  /** GenerateSecretString, as Secrets Manager would make it. */
  readonly length: number;
  readonly excludePunctuation: boolean;
}

export interface FunctionSpec {
  /** The physical name: unique, and what ARNs end in. */
  readonly name: string;
  readonly codeFolder: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What its role allows of the services that exist on this machine. */
  readonly permissions: readonly Permission[];
}

/** A statement of a role: every pattern may hold `*` and `?`. */
export interface Permission {
  /** For example `dynamodb:Query`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** What each partition key of a request has to match; undefined: any key will do. */
  readonly leadingKeys: readonly string[] | undefined;
}

export interface EventSourceSpec {
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly bisectsOnError: boolean;
  readonly maximumRetries: number;
  /** Event patterns (JSON, as Lambda takes them); a record that matches none is skipped. Empty: all. */
  readonly filters: readonly object[];
  readonly hasDeadLetters: boolean;
}

export interface HttpApiSpec {
  readonly id: string;
  /** Route keys as API Gateway writes them: `POST /users/register`, `ANY /x/{rest+}`, `$default`. */
  readonly routes: readonly { readonly key: string; readonly functionName: string }[];
  readonly cors: CorsSpec | undefined;
}

export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly credentials: boolean;
}

export interface WebSocketApiSpec {
  readonly id: string;
  readonly stage: string;
  /** For example `$request.body.action`. */
  readonly routeSelection: string;
  readonly routes: readonly WebSocketRouteSpec[];
}

export interface WebSocketRouteSpec {
  readonly key: string;
  readonly functionName: string;
  /** A RouteResponse exists: what the function returns as `body` goes back to the sender. */
  readonly answers: boolean;
  readonly authorizer:
    | { readonly functionName: string; readonly identitySources: readonly string[] }
    | undefined;
}

export interface DistributionSpec {
  /** In order of precedence; the default behaviour comes last, with the pattern `*`. */
  readonly behaviors: readonly BehaviorSpec[];
  readonly defaultRootObject: string | undefined;
}

export interface BehaviorSpec {
  readonly pathPattern: string;
  readonly methods: readonly string[];
  readonly origin: OriginSpec;
  /** The source of its viewer-request function (cloudfront-js-2.0). */
  readonly viewerRequest: string | undefined;
  /** From its response headers policy. */
  readonly responseHeaders?: readonly ResponseHeaderSpec[];
  /** How it compresses answers, the best first; empty or absent: it does not. */
  readonly encodings?: readonly ContentEncoding[];
}

export type ContentEncoding = 'br' | 'gzip';

export interface ResponseHeaderSpec {
  readonly name: string;
  readonly value: string;
  /** Also when the origin sent one of that name. */
  readonly override: boolean;
}

export type OriginSpec =
  | { readonly kind: 'http-api' }
  | { readonly kind: 'websocket-api' }
  /** What was put into the bucket, later files over earlier ones. */
  | { readonly kind: 'bucket'; readonly contents: readonly BucketFolder[] };

/** A folder whose files a bucket holds. */
export interface BucketFolder {
  readonly folder: string;
  /** What their keys begin with, such as `assets/`; empty for none. */
  readonly prefix: string;
  /** Patterns (`*`, `?`) of the files that were left out. */
  readonly except: readonly string[];
  readonly cacheControl: string | undefined;
}

/** API Gateway's quotas for a socket; shortened by tests. */
export interface GatewayLimits {
  /** A silent socket is closed with 1001 after this; 10 minutes on AWS. */
  readonly idleMs: number;
  /** Any socket is closed with 1001 after this; 2 hours on AWS. */
  readonly connectionMs: number;
}

export type { InvocationResult, Invoker } from './invoker.ts';
