/** A place in the cloud assembly. */
export interface Place {
  readonly stack: string;
  readonly logicalId?: string;
  readonly type?: string;
}

/** The templates have something that the runtime does not support. The runtime stops and does not guess. */
export class AssemblyError extends Error {
  readonly place: Place;
  /** The path of the property with the problem, if it is in a property. */
  readonly property: string | undefined;

  constructor(place: Place, problem: string, property?: string) {
    const where = [place.stack, place.logicalId, place.type && `(${place.type})`, property].filter(Boolean);
    super(`${where.join(' ')}: ${problem}`);
    this.name = 'AssemblyError';
    this.place = place;
    this.property = property;
  }
}
