/** Where in the cloud assembly something stands. */
export interface Place {
  readonly stack: string;
  readonly logicalId?: string;
  readonly type?: string;
}

/** The templates say something that this runtime does not know; it stops rather than guess. */
export class AssemblyError extends Error {
  readonly place: Place;
  /** The path of the property at fault, when it is one. */
  readonly property: string | undefined;

  constructor(place: Place, problem: string, property?: string) {
    const where = [place.stack, place.logicalId, place.type && `(${place.type})`, property].filter(Boolean);
    super(`${where.join(' ')}: ${problem}`);
    this.name = 'AssemblyError';
    this.place = place;
    this.property = property;
  }
}
