import { createHash } from 'node:crypto';
import { AssemblyError, type Place } from './assembly-error.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import { byId, type Identity, type ResourceType } from './resource-type.ts';
import { deploymentFunction } from './resources/function.ts';
import { resourceTypes } from './resources/index.ts';

export interface Template {
  readonly Resources?: Readonly<Record<string, RawResource>>;
  readonly Outputs?: Readonly<Record<string, RawOutput>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Scope['mappings'];
}

interface RawOutput {
  readonly Value: unknown;
  readonly Export?: { readonly Name: unknown };
  readonly Condition?: string;
}

interface RawResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** A resource whose condition holds, with its type. */
export interface Member {
  readonly place: Place & { readonly logicalId: string };
  readonly type: ResourceType;
  readonly identity: Identity;
  readonly raw: Readonly<Record<string, unknown>>;
}

const knownSections = new Set([
  ...[
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Mappings',
    'Conditions',
    'Resources',
  ],
  // Rules are assertions on parameters. CloudFormation checks them when it deploys.
  ...['Rules', 'Outputs'],
]);

/** The attributes of a resource. Those that are not read tell CloudFormation how to replace and delete it. */
const knownAttributes = new Set([
  ...['Type', 'Properties', 'Condition', 'DependsOn', 'Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'],
]);

/** One stack: its resources, and the values of its names. */
export class Stack implements Scope {
  readonly stack: string;
  readonly mappings: Scope['mappings'];
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly #template: Template;
  readonly #imports: (name: string) => unknown;
  readonly #ignoredTypes: readonly string[];
  readonly #members = new Map<string, Member>();
  readonly #deploymentFunctions: ReadonlySet<string>;

  constructor(
    stack: string,
    template: Template,
    options: { imports(name: string): unknown; readonly ignoredTypes: readonly string[] },
  ) {
    this.stack = stack;
    this.#template = template;
    this.#imports = options.imports;
    this.#ignoredTypes = options.ignoredTypes;
    this.mappings = template.Mappings ?? {};
    this.conditions = template.Conditions ?? {};
    for (const section of Object.keys(template)) {
      if (!knownSections.has(section))
        throw new AssemblyError({ stack }, `the section ${section} is not supported`);
    }
    this.#deploymentFunctions = deploymentFunctions(template);
  }

  /** The resources whose conditions hold. */
  members(): Member[] {
    const ids = Object.keys(this.#template.Resources ?? {});
    return ids.map((id) => this.#member(id)).filter((member) => member !== undefined);
  }

  ref(name: string): string | undefined {
    const parameter = this.#template.Parameters?.[name];
    if (parameter !== undefined) return String(parameter.Default);
    return this.#member(name)?.identity.ref;
  }

  attribute(logicalId: string, name: string): string | undefined {
    return this.#member(logicalId)?.identity.attributes[name];
  }

  imported(name: string): unknown {
    return this.#imports(name);
  }

  /** The outputs of the stack. Those with an export name are for other stacks. */
  outputs(): { name: string; exportName: string | undefined; value: () => string }[] {
    const place = { stack: this.stack };
    return Object.entries(this.#template.Outputs ?? {})
      .filter(([, output]) => output.Condition === undefined || this.#holds(output.Condition, place))
      .map(([name, output]) => ({
        name,
        exportName: output.Export && String(resolve(output.Export.Name, this, place)),
        value: () => String(resolve(output.Value, this, place)),
      }));
  }

  #member(logicalId: string): Member | undefined {
    const known = this.#members.get(logicalId);
    if (known !== undefined) return known;
    const raw = this.#template.Resources?.[logicalId];
    if (raw === undefined) return undefined;
    const place = { stack: this.stack, logicalId, type: raw.Type };
    for (const attribute of Object.keys(raw)) {
      if (!knownAttributes.has(attribute))
        throw new AssemblyError(place, `the attribute ${attribute} is not supported`);
    }
    if (raw.Condition !== undefined && !this.#holds(raw.Condition, place)) return undefined;
    const type = this.#typeOf(logicalId, raw.Type);
    if (type === undefined) {
      throw new AssemblyError(
        place,
        'the local runtime does not support this type of resource. Use --ignore to leave it out',
      );
    }
    const properties = raw.Properties ?? {};
    const id = shortId(this.stack, logicalId);
    const given = type.nameProperty && resolve(properties[type.nameProperty], this, place);
    const name = typeof given === 'string' ? given : `${this.stack}-${logicalId}-${id}`;
    const member = { place, type, identity: type.identify(name, id), raw: properties };
    this.#members.set(logicalId, member);
    return member;
  }

  #typeOf(logicalId: string, type: string): ResourceType | undefined {
    if (this.#ignoredTypes.includes(type)) return { identify: byId() };
    return this.#deploymentFunctions.has(logicalId) ? deploymentFunction : resourceTypes[type];
  }

  #holds(condition: string, place: Place): boolean {
    return holds({ Condition: condition }, this, place);
  }
}

/** The logical ids of functions that custom resources call during a deployment. */
function deploymentFunctions(template: Template): Set<string> {
  const tokens = Object.values(template.Resources ?? {})
    .map(({ Properties }) => Properties?.ServiceToken as { 'Fn::GetAtt'?: string[] } | undefined)
    .map((token) => token?.['Fn::GetAtt']?.[0]);
  return new Set(tokens.filter((logicalId) => logicalId !== undefined));
}

/** A short id like those that services assign, but the same at each start. */
function shortId(stack: string, logicalId: string): string {
  return createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 10);
}
