/**
 * The resources that the runtime runs. `assembly/` reads them from the templates of a cloud assembly; `lambda/`,
 * `gateway/`, `edge/` and `aws/` run them.
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
  /** The length of the generated value. */
  readonly length: number;
  readonly excludePunctuation: boolean;
}

export interface FunctionSpec {
  /** The physical name. It is unique, and the function's ARN ends with it. */
  readonly name: string;
  readonly codeFolder: string;
  /** A folder for the code that V8 has compiled: it makes the next start of the function faster. By default it is not kept. */
  readonly codeCache?: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The program that takes the events from the Runtime API. Default: the runtime's own. */
  readonly bootstrap?: string | undefined;
  /** The permissions of its role, for the services that the runtime emulates. */
  readonly permissions: readonly Permission[];
}

/** A statement of a role. All patterns may contain `*` and `?`. */
export interface Permission {
  /** For example `dynamodb:Query`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Patterns for the partition keys of a request. Undefined allows all keys. */
  readonly leadingKeys: readonly string[] | undefined;
  /** What the request must be, by the name of the condition's key. */
  readonly equals?: Readonly<Record<string, readonly string[]>>;
}

export interface EventSourceSpec {
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly bisectsOnError: boolean;
  readonly maximumRetries: number;
  /** Lambda's filter patterns. A record that matches none is skipped. Without patterns no record is skipped. */
  readonly filters: readonly object[];
  readonly hasDeadLetters: boolean;
}

export interface HttpApiSpec {
  readonly id: string;
  /** Route keys in API Gateway's form: `POST /users/register`, `ANY /x/{rest+}`, `$default`. */
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
  /** Whether the route has a RouteResponse. If so, the `body` of the result is sent to the client. */
  readonly answers: boolean;
  readonly authorizer:
    | { readonly functionName: string; readonly identitySources: readonly string[] }
    | undefined;
}

export interface DistributionSpec {
  /** In order of precedence. The default behaviour is last, with the pattern `*`. */
  readonly behaviors: readonly BehaviorSpec[];
  readonly defaultRootObject: string | undefined;
}

export interface BehaviorSpec {
  readonly pathPattern: string;
  readonly methods: readonly string[];
  readonly origin: OriginSpec;
  /** Headers that the distribution adds to requests to the origin, by their names in lower case. */
  readonly originHeaders?: Readonly<Record<string, string>>;
  /** The source of the viewer-request function (cloudfront-js-2.0). */
  readonly viewerRequest: string | undefined;
  /** The headers of the response headers policy. */
  readonly responseHeaders?: readonly ResponseHeaderSpec[];
  /** The encodings for compression, in order of preference. Without encodings, responses are not compressed. */
  readonly encodings?: readonly ContentEncoding[];
}

export type ContentEncoding = 'br' | 'gzip';

export interface ResponseHeaderSpec {
  readonly name: string;
  readonly value: string;
  /** Whether the value replaces a header of the origin. */
  readonly override: boolean;
}

export type OriginSpec =
  | { readonly kind: 'http-api' }
  | { readonly kind: 'websocket-api' }
  /** The folders in the bucket. Files of later folders replace those of earlier ones. */
  | { readonly kind: 'bucket'; readonly contents: readonly BucketFolder[] };

/** A folder whose files a bucket holds. */
export interface BucketFolder {
  readonly folder: string;
  /** The prefix of their keys, such as `assets/`; may be empty. */
  readonly prefix: string;
  /** Patterns of the files that are left out. They may contain `*` and `?`. */
  readonly except: readonly string[];
  /** Patterns of the files that are there, although `except` leaves them out. */
  readonly include: readonly string[];
  /** The content type of all these files. Without it, each file has that of its name. */
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
}

/** API Gateway's quotas for a socket. Tests use shorter ones. */
export interface GatewayLimits {
  /** A socket without messages is closed with 1001 after this time: 10 minutes on AWS. */
  readonly idleMs: number;
  /** Every socket is closed with 1001 after this time: 2 hours on AWS. */
  readonly connectionMs: number;
}
