/** The path of a request whose route is known, so that the parameters in it can be told from each other. */

import { descriptorOf, isArray, isProxy, keysOf } from './intrinsics.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'
import type { RouteNames } from './url.ts'

/** A path with the parameters that the route found in it; only under `url.path`. */
export class RoutedPath {
  readonly #path: string
  readonly #params: object

  constructor(path: string, params: object) {
    this.#path = path
    this.#params = params
  }

  /** True for one of ours; looks at nothing that a proxy could answer. */
  static is(value: unknown): value is RoutedPath {
    return typeof value === 'object' && value !== null && #path in value
  }

  get path(): string {
    return this.#path
  }

  /** Which of the values in the path are secrets by the name of their parameter. */
  names(redaction: Redaction): RouteNames {
    const shown: string[] = []
    const hidden: string[] = []
    for (const name of isProxy(this.#params) ? [] : keysOf(this.#params)) {
      const value: unknown = descriptorOf(this.#params, name)?.value
      const into = redaction.classify(name) === SENSITIVITY.none ? shown : hidden
      // a wildcard gives a list
      for (const each of !isProxy(value) && isArray(value) ? value : [value]) {
        if (typeof each === 'string' && each !== '') into.push(each)
      }
    }
    return (segment) => {
      if (hidden.some((value) => segment.includes(value))) return false
      return shown.includes(segment) ? true : undefined
    }
  }
}
