/** In a thread with little memory: writes the keys of many threads into the recording at `workerData`. */

import { workerData } from 'node:worker_threads'
import { type Definition, keyNumber } from '@cinescope/protocol'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'

const THREADS = 4000
const KEYS = 100

const store = createSqliteStore(workerData as string, PROCESS)
for (let thread = 1; thread <= THREADS; thread++) {
  const definitions = Array.from({ length: KEYS }, (_, key): Definition => {
    // each thread tells of its own copy
    const text = JSON.parse(`"key ${key} of some values"`) as string
    return { kind: 'key', number: keyNumber(thread, key), text }
  })
  store.commit({
    sealed: [],
    tail: undefined,
    replacesTailsOf: undefined,
    films: [],
    definitions,
    taken: new Float64Array(64),
    lost: [],
    counters: {},
  })
}
store.finish()
