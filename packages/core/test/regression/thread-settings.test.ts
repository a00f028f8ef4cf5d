import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { createScope } from '../../src/scope.ts'

/** As libraries for configuration hand it out. */
function watched<T extends object>(value: T): T {
  return new Proxy(value, {})
}

it('options that cannot be cloned keep no thread of the program from starting', async () => {
  await using _ = await createScope({
    store: 'memory',
    sources: false,
    redaction: watched({
      names: watched(Object.assign(['pin'], { note: () => 'not for others' })),
      allow: watched(['session']),
      paths: watched(['body.pin']),
      shapes: watched([/pin-\d+/u]),
    }),
    outgoing: watched({ traceparentTo: watched(['api.example.org']) }),
    vitals: watched({ everyMs: 500 }),
  })
  const worker = new Worker('process.exit(7)', { eval: true })
  expect(await once(worker, 'exit')).toEqual([7])
})
