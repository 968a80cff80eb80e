import type { AssemblyError } from './assembly-error.ts';
import type { Draft } from './draft.ts';
import type { Properties } from './properties.ts';

/** What other resources see of one. */
export interface Identity {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** An error that names the resource. */
export type Complain = (problem: string) => AssemblyError;

/** One resource of a template, while it is being read. */
export interface Resource extends Identity {
  readonly properties: Properties;
  /** The folder that an asset was made of, by the asset's key in S3. */
  readonly assetFolder: (key: string) => string;
  readonly error: Complain;
}

/** How the runtime takes one type of resource. */
export interface ResourceType {
  /** The property that gives the resource its name; without it a name is made up. */
  readonly nameProperty?: string;
  /** `name` is the resource's own or the made-up one, `id` a short unique one as services assign them. */
  identify(name: string, id: string): Identity;
  /** Reads the properties into the draft; a type without it has no part in what runs. */
  read?(resource: Resource, draft: Draft): void;
}

/** A resource that others refer to by an id of its service's making. */
export function byId(...attributes: readonly string[]): (name: string, id: string) => Identity {
  return (_name, id) => ({ ref: id, attributes: Object.fromEntries(attributes.map((name) => [name, id])) });
}
