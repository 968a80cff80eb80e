// biome-ignore-all lint/suspicious/noExplicitAny: the code walks a template by path, and CloudFormation's schema checks it at synthesis.

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly 'ForAllValues:StringLike'?: { readonly 'dynamodb:LeadingKeys': string[] } };
}

/** A synthesized template, with the questions of the tests. */
export class Template {
  readonly json: { readonly Resources: Record<string, Resource>; readonly Outputs?: any };

  constructor(json: { readonly Resources: Record<string, Resource>; readonly Outputs?: any }) {
    this.json = json;
  }

  /** The resources of a type, by logical id. */
  ofType(type: string): [string, Resource][] {
    return Object.entries(this.json.Resources).filter(([, resource]) => resource.Type === type);
  }

  /** The properties of the one resource of a type. */
  only(type: string): any {
    const found = this.ofType(type);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
    return found[0]?.[1].Properties;
  }

  /** Parley's functions, by name without stage: `register`. */
  functions(): Map<string, any> {
    return new Map(
      this.ofType('AWS::Lambda::Function').map(([, { Properties }]) => [
        String(Properties.FunctionName).replace(/^parley-[a-z0-9]+-/, ''),
        Properties,
      ]),
    );
  }

  /** The permissions of a function's role. */
  statementsOf(functionName: string): Statement[] {
    const role = this.functions().get(functionName)?.Role['Fn::GetAtt'][0];
    const attached = this.ofType('AWS::IAM::Policy').filter(([, { Properties }]) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
    );
    const policies = [
      ...attached.map(([, { Properties }]) => Properties),
      ...(this.json.Resources[role]?.Properties.Policies ?? []),
    ];
    return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  }

  /** The functions with permission for an action, each with its partitions if they are limited. */
  whoMay(action: string): Map<string, string[]> {
    const allowed = new Map<string, string[]>();
    for (const name of this.functions().keys()) {
      for (const statement of this.statementsOf(name)) {
        if (!actionsOf(statement).includes(action)) continue;
        const partitions = statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
        allowed.set(name, [...(allowed.get(name) ?? []), ...partitions]);
      }
    }
    return allowed;
  }
}

export function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

/** The function of an ARN reference, by name without stage. */
export function functionAt(template: Template, reference: unknown): string | undefined {
  const text = JSON.stringify(reference);
  const found = template
    .ofType('AWS::Lambda::Function')
    .find(([id]) => text.includes(`["${id}","Arn"]`) || text.includes(`{"Ref":"${id}"}`));
  return found?.[1].Properties.FunctionName.replace(/^parley-[a-z0-9]+-/, '');
}
