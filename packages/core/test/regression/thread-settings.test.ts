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

it('what a thread says of redaction holds for what it records, whatever the recording was started with', async () => {
  await using scope = await createScope({ store: 'memory', sources: false, redaction: { names: ['plate'] } })
  const program = `
    const { createScope } = await import(${JSON.stringify(new URL('../../src/scope.ts', import.meta.url).href)})
    const scope = await createScope({ sources: false, redaction: { names: ['locker'] } })
    scope.log('seen', { locker: 'number 4711', plain: 'kept' })`
  const execArgv = ['--conditions=@cinescope/source']
  await once(new Worker(`void (async () => {${program}})()`, { eval: true, execArgv }), 'exit')
  await scope.flush()
  const { items } = await scope.recording().events({ where: { kinds: ['log'] } })
  expect(items.map(({ value }) => value)).toMatchObject([{ locker: { reason: 'redacted' }, plain: 'kept' }])
})
