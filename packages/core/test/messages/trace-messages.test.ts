import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { CinescopeEvent, Film } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { traceMessages } from '../../src/messages/trace-messages.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { createScope } from '../../src/scope.ts'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { temporaryDirectory } from '../store/directory.ts'

const HOST = fileURLToPath(new URL('./message-host.ts', import.meta.url))

interface Told {
  readonly answers: readonly unknown[]
  readonly refusal: string
  readonly path: string
}

/** The films of a name, the first first. */
async function filmsNamed(recording: OpenRecording, name: string): Promise<Film[]> {
  const { items } = await recording.films({ where: { name }, order: 'time' })
  return Promise.all(items.map(({ id }) => recording.film(id)))
}

function sole<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1)
  return list[0]!
}

function ofKind(film: Film, kind: string): CinescopeEvent[] {
  return film.events.filter((event) => event.kind === kind)
}

/** The film was caused by the `send` of the other. */
function expectCause(effect: Film, cause: Film): void {
  const link = sole(ofKind(effect, 'edge')).value
  expect(ofKind(cause, 'send').map(({ id }) => id)).toContain(
    (link as { readonly 'cinescope.remote.parent': string })['cinescope.remote.parent'],
  )
  expect(effect.summary.traceId).toBe(cause.summary.traceId)
  const queueMs = sole(ofKind(effect, 'receive')).number
  expect(queueMs).toBeGreaterThan(0)
  expect(queueMs).toBeLessThan(60_000)
}

describe('messages between threads and processes', () => {
  it('are films caused by what sent them, with what the receiver did inside, and reach the program as they were', async () => {
    using directory = temporaryDirectory()
    const args = [NEVER_COMPILE_WRAPPERS, '--conditions=@cinescope/source', HOST, directory.path]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { answers, refusal, path } = JSON.parse(stdout) as Told
    expect(answers).toEqual([
      { answer: { ask: 'thread', password: 'never to be seen' } },
      { answer: 'all' },
      { answer: { ask: 'child' } },
      'plain',
    ])
    expect(refusal).toBe('DataCloneError')
    await using recording = openRecording(path)
    const childPath = sole(recordingsIn(directory.path).filter((each) => each !== path))
    await using childs = openRecording(childPath)

    // to the thread and back
    const asking = sole(await filmsNamed(recording, 'asking the thread'))
    const asked = (await filmsNamed(recording, 'message from main'))[0]!
    expectCause(asked, asking)
    const { nodes } = await recording.causesOf(asked.summary.id, { depth: 1 })
    expect(nodes.map(({ event }) => event)).toMatchObject([{}, { kind: 'send', thread: 0, film: asking.summary.id }])
    expect(ofKind(asked, 'message')[0]).toMatchObject({
      thread: 1,
      value: {
        'messaging.system': 'worker_threads',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'main',
        'cinescope.message.body': { ask: 'thread', password: { reason: 'redacted' } },
      },
    })
    expect(asked.events.filter(({ name }) => name === 'answering')).toHaveLength(1)
    const back = (await filmsNamed(recording, 'message from worker'))[1]!
    expectCause(back, asked)

    // over the channel, to the child
    const heard = await filmsNamed(recording, 'message from jobs')
    expectCause(heard[0]!, sole(await filmsNamed(recording, 'asking the channel')))
    const askingChild = sole(await filmsNamed(recording, 'asking the child'))
    const childAsked = sole(await filmsNamed(childs, 'message from the parent process'))
    expectCause(childAsked, askingChild)
    expectCause((await filmsNamed(recording, 'message from child'))[1]!, childAsked)

    // there and back, as one story each: over threads, and over processes
    await using all = openRecording(directory.path)
    const down = await all.effectsOf(asking.summary.id)
    expect(down.edges.filter(({ how }) => how === 'message').map(({ to }) => to)).toEqual([
      asked.summary.id,
      back.summary.id,
    ])
    const told = await all.story(childAsked.summary.id)
    expect(told.films.map(({ film }) => film.name)).toEqual([
      'asking the child',
      'message from the parent process',
      'message from child',
    ])
    expect(told.edges.map(({ how }) => how)).toEqual(['message', 'message'])
    expect(new Set(told.films.map(({ node }) => node)).size).toBe(2)
    const way = await all.pathBetween(askingChild.summary.id, told.films[2]!.film.id)
    expect(way.events.map(({ kind }) => kind)).toEqual(['span', 'send', 'message', 'send', 'message'])

    // what came without an envelope, and what could not be sent
    const plain = sole(await filmsNamed(recording, 'message from untraced'))
    expect([ofKind(plain, 'edge'), ofKind(plain, 'receive')]).toEqual([[], []])
    const failed = sole(await filmsNamed(recording, 'refused'))
    expect(ofKind(failed, 'error')).toHaveLength(1)
  })

  it('of a cluster are traced, and what Node says to its workers goes untouched', async () => {
    const file = fileURLToPath(new URL('./cluster-host.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [
      NEVER_COMPILE_WRAPPERS,
      '--conditions=@cinescope/source',
      file,
    ])
    expect(JSON.parse(stdout)).toEqual({ said: 'hello', code: 0, films: ['message from a worker of the cluster'] })
  })

  it('go as they are once the scope has stopped, and what arrives is still opened', async () => {
    const scope = await createScope({ store: 'memory', sources: false })
    const { port1, port2 } = new MessageChannel()
    expect(traceMessages(scope, traceMessages(scope, port1))).toBe(port1)
    const other = await createScope({ store: 'memory', sources: false })
    traceMessages(other, port2)
    await scope.stop()
    const received: unknown[] = []
    port1.on('message', (message) => received.push(message))
    port2.postMessage({ from: 2 })
    await once(port1, 'message')
    port1.postMessage(undefined)
    expect(await once(port2, 'message')).toEqual([undefined])
    expect(received).toEqual([{ from: 2 }])
    port1.close()
    await other.stop()
  })

  it('of a program that look like an envelope and are none reach it as they are', async () => {
    await using scope = await createScope({ store: 'memory', sources: false })
    const { port1, port2 } = new MessageChannel()
    traceMessages(scope, port2)
    for (const message of [
      { 'cinescope.message.v1': 1, message: 2, more: 3 },
      { message: 2, 'cinescope.message.v1': 1 },
      { 'cinescope.message.v1': 1 },
    ]) {
      port1.postMessage(message)
      expect(await once(port2, 'message')).toEqual([message])
    }
    port1.close()
  })

  it('whose listener throws are films that failed, and what it threw goes on to where it would', async () => {
    await using scope = await createScope({ store: 'memory', sources: false })
    const worker = traceMessages(scope, new Worker('', { eval: true }), { name: 'failing' })
    const thrown = new RangeError('on purpose')
    worker.on('message', () => {
      throw thrown
    })
    const caught: unknown[] = []
    try {
      worker.emit('message', 'go')
    } catch (error) {
      caught.push(error)
    }
    expect(caught[0]).toBe(thrown)
    await once(worker, 'exit')
    await scope.flush()
    const film = sole(await filmsNamed(scope.recording(), 'message from failing'))
    expect(film.summary).toMatchObject({ error: true, errors: 1 })
  })

  it('are refused for what passes none, with what would do', async () => {
    await using scope = await createScope({ enabled: false })
    expect(() => traceMessages(scope, {} as never)).toThrow(/a Worker, MessagePort, BroadcastChannel/)
    const { port1 } = new MessageChannel()
    expect(() => traceMessages(scope, port1, { nam: 'x' } as never)).toThrow(/name/)
    port1.close()
  })
})
