/** The kinds of failure that the product tells apart; each is presented in its own way. */
export type ErrorKind =
  | 'usage' // a wrong argument: flag, layer, target, parameter
  | 'unsupported' // valid, but not something that we can do
  | 'corrupt' // the file is not what it says it is
  | 'missing' // a file that is needed is not there
  | 'changed' // a file is no longer what it was when it was opened
  | 'refused' // we could, but will not: a path that leaves the model's folder
  | 'too-large'
  | 'cancelled'
  | 'memory'
  | 'engine'; // the engine failed or its process ended

/**
 * An error meant for a person: says which file, layer, operator or flag, what was expected, and what to do.
 * Crosses process borders as {kind, message}.
 */
export class InspectumError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InspectumError';
    this.kind = kind;
  }
}
