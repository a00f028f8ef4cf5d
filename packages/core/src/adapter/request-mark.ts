/** HOT: finding what records a request from its req or res, without a property that the host could see. */

import type { ServerRequest } from './server-request.ts'

/** The contract between copies of this package: the first one's marks serve all, so that no request is recorded twice. */
const MARKS = Symbol.for('cinescope.request.v1')

/** Gets and sets the mark of a req or res. */
interface Marks {
  get(carrier: object): ServerRequest | undefined
  set(carrier: object, request: ServerRequest): void
}

interface MarksCarrier {
  [MARKS]?: Marks
}

/** A constructor that gives back the object it is handed, so that a subclass puts its private field on it. */
const Given = function (carrier: object): object {
  return carrier
} as unknown as new (carrier: object) => object

/** Puts a private field on a foreign object: as cheap as a property, and invisible to inspection, spread and comparison. */
class Mark extends Given {
  #request: ServerRequest

  constructor(carrier: object, request: ServerRequest) {
    super(carrier)
    this.#request = request
  }

  static get(carrier: object): ServerRequest | undefined {
    return #request in carrier ? carrier.#request : undefined
  }
}

const own: Marks = {
  get: (carrier) => Mark.get(carrier),
  set: (carrier, request) => void new Mark(carrier, request),
}
const holder = globalThis as MarksCarrier
holder[MARKS] ??= own
const marks: Marks = holder[MARKS]

/** What records a request, by its req or res; undefined when nothing does. */
export function requestOf(carrier: object): ServerRequest | undefined {
  return marks.get(carrier)
}

/** Marks a req or res, once. */
export function markRequest(carrier: object, request: ServerRequest): void {
  marks.set(carrier, request)
}
