/** Worker threads of ours, told from the program's. */

/** Marks a worker, for all copies of this package. */
const OWN = Symbol.for('cinescope.worker.v1')

/** Marks a worker as ours. */
export function markOwnWorker<T extends object>(worker: T): T {
  return Object.defineProperty(worker, OWN, { value: true })
}

/** True for one that was marked. */
export function isOwnWorker(worker: object): boolean {
  return Object.hasOwn(worker, OWN)
}
