import type { AssemblyError } from './assembly-error.ts';
import type { Draft } from './draft.ts';
import type { Properties } from './properties.ts';

/** The values of a resource that other resources can refer to. */
export interface Identity {
  /** The value of `Ref`. */
  readonly ref: string;
  /** The values of `Fn::GetAtt` by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Makes an error that names the resource. */
export type Complain = (problem: string) => AssemblyError;

/** A resource of a template that is being read. */
export interface Resource extends Identity {
  readonly properties: Properties;
  /** The folder of an asset, by the asset's key in S3. */
  readonly assetFolder: (key: string) => string;
  readonly error: Complain;
}

/** The way in which the runtime reads one type of resource. */
export interface ResourceType {
  /** The property with the name of the resource. Without it, the name is generated. */
  readonly nameProperty?: string;
  /** `name` is the given or generated name. `id` is short and unique, like the ids that services assign. */
  identify(name: string, id: string): Identity;
  /** Reads the properties into the draft. Types without `read` have no effect on the deployment. */
  read?(resource: Resource, draft: Draft): void;
}

/** The identity of a resource that others refer to by an id from its service. */
export function byId(...attributes: readonly string[]): (name: string, id: string) => Identity {
  return (_name, id) => ({ ref: id, attributes: Object.fromEntries(attributes.map((name) => [name, id])) });
}
