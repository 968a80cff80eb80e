import { account } from './account.ts';
import { AssemblyError, type Place } from './assembly-error.ts';

/** The names that intrinsic functions of one template can refer to. */
export interface Scope {
  readonly stack: string;
  readonly mappings: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  /** `Ref` of a resource or parameter; undefined for an unknown name. */
  ref(name: string): string | undefined;
  /** `Fn::GetAtt`; undefined for an unknown resource or attribute. */
  attribute(logicalId: string, name: string): string | undefined;
  /** `Fn::ImportValue`; undefined if no stack exports the name. */
  imported(name: string): unknown;
}

/** `AWS::NoValue`. A property with this value is absent. */
export const noValue = Symbol('AWS::NoValue');

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Region': account.region,
  'AWS::AccountId': account.id,
  'AWS::Partition': account.partition,
  'AWS::URLSuffix': account.urlSuffix,
};

/**
 * Resolves all intrinsic functions in a value of a template.
 *
 * @throws AssemblyError for an unknown function or name
 */
export function resolve(value: unknown, scope: Scope, place: Place): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolve(entry, scope, place)).filter((entry) => entry !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1 && isIntrinsic(first[0])) {
    return apply(first[0], first[1], scope, place);
  }
  return Object.fromEntries(
    entries
      .map(([name, entry]) => [name, resolve(entry, scope, place)] as const)
      .filter(([, entry]) => entry !== noValue),
  );
}

/** True for the key of an intrinsic function. The key must be the only one of its object. */
function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

function apply(name: string, argument: unknown, scope: Scope, place: Place): unknown {
  const value = (entry: unknown) => resolve(entry, scope, place);
  const list = (entry: unknown) => {
    const resolved = value(entry);
    if (Array.isArray(resolved)) return resolved as unknown[];
    throw new AssemblyError(place, `the argument of ${name} must be a list`);
  };
  switch (name) {
    case 'Ref':
      return reference(String(argument), scope, place);
    case 'Fn::GetAtt': {
      const [logicalId = '', attribute = ''] = Array.isArray(argument)
        ? argument.map((part) => String(value(part)))
        : splitOnce(String(argument), '.');
      return attributeOf(logicalId, attribute, scope, place);
    }
    case 'Fn::Join': {
      const [separator, parts] = pair(argument, name, place);
      return list(parts).map(String).join(String(separator));
    }
    case 'Fn::Sub':
      return substitute(argument, scope, place);
    case 'Fn::Select': {
      const [index, choices] = pair(argument, name, place);
      const chosen = list(choices)[Number(value(index))];
      if (chosen === undefined) throw new AssemblyError(place, `Fn::Select: the list has no entry ${index}`);
      return chosen;
    }
    case 'Fn::Split': {
      const [separator, text] = pair(argument, name, place);
      return String(value(text)).split(String(separator));
    }
    case 'Fn::ImportValue': {
      const exportName = String(value(argument));
      const imported = scope.imported(exportName);
      if (imported === undefined) throw new AssemblyError(place, `no stack exports "${exportName}"`);
      return imported;
    }
    case 'Fn::FindInMap': {
      const [map = '', key = '', entry = ''] = list(argument).map(String);
      const found = scope.mappings[map]?.[key]?.[entry];
      if (found === undefined) throw new AssemblyError(place, `there is no mapping ${map}.${key}.${entry}`);
      return found;
    }
    case 'Fn::If': {
      const [condition, yes, no] = argument as unknown[];
      return value(holds({ Condition: condition }, scope, place) ? yes : no);
    }
    case 'Condition':
    case 'Fn::Equals':
    case 'Fn::And':
    case 'Fn::Or':
    case 'Fn::Not':
      return holds({ [name]: argument }, scope, place);
    default:
      throw new AssemblyError(place, `the intrinsic function ${name} is not supported`);
  }
}

/** Whether a condition is true. */
export function holds(condition: unknown, scope: Scope, place: Place): boolean {
  const [[name, argument] = ['', undefined]] = Object.entries(condition as object);
  const parts = () => argument as unknown[];
  switch (name) {
    case 'Condition': {
      const definition = scope.conditions[String(argument)];
      if (definition === undefined) throw new AssemblyError(place, `there is no condition "${argument}"`);
      return holds(definition, scope, place);
    }
    case 'Fn::Equals': {
      const [left, right] = parts().map((part) => JSON.stringify(resolve(part, scope, place)));
      return left === right;
    }
    case 'Fn::And':
      return parts().every((part) => holds(part, scope, place));
    case 'Fn::Or':
      return parts().some((part) => holds(part, scope, place));
    case 'Fn::Not':
      return !holds(parts()[0], scope, place);
    default:
      throw new AssemblyError(place, `the condition function ${name} is not supported`);
  }
}

function reference(name: string, scope: Scope, place: Place): string | symbol {
  if (name === 'AWS::NoValue') return noValue;
  if (name === 'AWS::StackName') return scope.stack;
  const found = pseudoParameters[name] ?? scope.ref(name);
  if (found === undefined)
    throw new AssemblyError(
      place,
      `Ref of "${name}": there is no such resource, parameter or pseudo parameter`,
    );
  return found;
}

function attributeOf(logicalId: string, name: string, scope: Scope, place: Place): string {
  const found = scope.attribute(logicalId, name);
  if (found === undefined)
    throw new AssemblyError(
      place,
      `Fn::GetAtt of "${logicalId}.${name}": there is no such resource, or the runtime does not know the attribute`,
    );
  return found;
}

function substitute(argument: unknown, scope: Scope, place: Place): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return String(template).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    // `${!Literal}` stands for `${Literal}`.
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(variables, name)) return String(resolve(variables[name], scope, place));
    const [logicalId, attribute] = splitOnce(name, '.');
    return attribute === undefined
      ? String(reference(name, scope, place))
      : attributeOf(logicalId, attribute, scope, place);
  });
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function pair(argument: unknown, name: string, place: Place): [unknown, unknown] {
  if (Array.isArray(argument) && argument.length === 2) return [argument[0], argument[1]];
  throw new AssemblyError(place, `${name} must have two arguments`);
}
