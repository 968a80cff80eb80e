import type {
  BucketFolder,
  ContentEncoding,
  CorsSpec,
  EventSourceSpec,
  FunctionSpec,
  Permission,
  ResponseHeaderSpec,
  SecretSpec,
  TableSpec,
} from '../model.ts';
import type { Complain } from './resource-type.ts';

/** The content of the templates. References between resources are not resolved yet. */
export interface Draft {
  readonly tables: { readonly spec: TableSpec; readonly streamArn: string }[];
  readonly secrets: SecretSpec[];
  readonly functions: FunctionDraft[];
  /** Roles by their ARN. */
  readonly roles: Map<string, RoleDraft>;
  readonly policies: { readonly roles: readonly string[]; readonly permissions: readonly Permission[] }[];
  readonly eventSources: EventSourceDraft[];
  readonly apis: ApiDraft[];
  readonly stages: { readonly apiId: string; readonly name: string; readonly error: Complain }[];
  readonly routes: RouteDraft[];
  readonly answeringRoutes: Set<string>;
  readonly integrations: Map<string, { readonly uri: string; readonly payload: string | undefined }>;
  readonly authorizers: Map<string, { readonly uri: string; readonly identitySources: readonly string[] }>;
  /** The contents of buckets by bucket name, in the order of deployment. */
  readonly bucketContents: Map<string, BucketFolder[]>;
  /** Bucket names by the domain name that CloudFront uses. */
  readonly bucketDomains: Map<string, string>;
  readonly viewerFunctions: Map<string, string>;
  /** Cache policies that cache only what the origin allows, with the encodings of compressed responses. */
  readonly originLedCachePolicies: Map<string, readonly ContentEncoding[]>;
  readonly responseHeaders: Map<string, readonly ResponseHeaderSpec[]>;
  readonly distributions: DistributionDraft[];
}

export interface FunctionDraft extends Omit<FunctionSpec, 'permissions'> {
  readonly roleArn: string;
  readonly error: Complain;
}

interface RoleDraft {
  readonly name: string;
  readonly managedPolicies: readonly string[];
  readonly permissions: readonly Permission[];
  readonly error: Complain;
}

export interface EventSourceDraft extends Omit<EventSourceSpec, 'functionName' | 'hasDeadLetters'> {
  readonly function: string;
  readonly sourceArn: string;
  readonly deadLetterArn: string | undefined;
  readonly error: Complain;
}

export interface ApiDraft {
  readonly id: string;
  readonly protocol: 'HTTP' | 'WEBSOCKET';
  readonly routeSelection: string | undefined;
  readonly cors: CorsSpec | undefined;
}

export interface RouteDraft {
  readonly id: string;
  readonly apiId: string;
  readonly key: string;
  readonly integrationId: string;
  readonly authorizerId: string | undefined;
  readonly error: Complain;
}

export interface DistributionDraft {
  readonly defaultRootObject: string | undefined;
  /** By their ids. */
  readonly origins: ReadonlyMap<string, OriginDraft>;
  /** The default behaviour is last, with the pattern `*`. */
  readonly behaviors: readonly BehaviorDraft[];
  readonly error: Complain;
}

export interface OriginDraft {
  readonly host: string;
  /** Headers that the distribution adds, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface BehaviorDraft {
  readonly pathPattern: string;
  readonly methods: readonly string[];
  readonly originId: string;
  readonly viewerRequestArn: string | undefined;
  readonly cachePolicyId: string;
  readonly originRequestPolicyId: string | undefined;
  readonly compress: boolean;
  readonly responseHeadersPolicyId: string | undefined;
}

export function emptyDraft(): Draft {
  return {
    tables: [],
    secrets: [],
    functions: [],
    roles: new Map(),
    policies: [],
    eventSources: [],
    apis: [],
    stages: [],
    routes: [],
    answeringRoutes: new Set(),
    integrations: new Map(),
    authorizers: new Map(),
    bucketContents: new Map(),
    bucketDomains: new Map(),
    viewerFunctions: new Map(),
    originLedCachePolicies: new Map(),
    responseHeaders: new Map(),
    distributions: [],
  };
}
