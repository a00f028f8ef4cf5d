import { execFile, spawn } from 'node:child_process'
import dns, { lookup } from 'node:dns'
import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Film } from '@cinescope/protocol'
import { describe, expect, it, vi } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { ofKind, recorded, serving } from './fixture.ts'

const run = promisify(execFile)

/** The film of a program of its own: the test runner has put another console in the place of Node's. */
async function filmOf(
  statements: string,
  options = '',
): Promise<{ readonly film: Film; readonly stdout: string; readonly stderr: string }> {
  using directory = temporaryDirectory()
  const program = `
    import { createScope } from '@cinescope/core'
    const scope = await createScope({ directory: ${JSON.stringify(directory.path)}, ${options} })
    await scope.span('work', async () => {${statements}})
    await scope.stop()`
  const conditions = ['--conditions=@cinescope/source', '--input-type=module']
  const { stdout, stderr } = await run(process.execPath, [...conditions, '-e', program], { cwd: import.meta.dirname })
  await using recording = openRecording(directory.path)
  const [summary] = (await recording.films()).items
  return { film: await recording.film(summary!.id), stdout, stderr }
}

describe('a line of the console', () => {
  it('is in the film, its arguments redacted and not put together', async () => {
    const { film, stdout } = await filmOf(`
      console.log('to %s', { name: 'x', password: 'hush' })
      console.error(new Error('boom'))`)
    expect(stdout).toContain('to {')
    const lines = ofKind(film, 'log')
    expect(lines.map(({ name }) => name)).toEqual(['console.log', 'console.error'])
    expect(lines[0]!.value).toMatchObject({ message: 'to %s', severity: 'log', arguments: [{ name: 'x' }] })
    expect(JSON.stringify(lines[1]!.value)).toContain('boom')
    expect(JSON.stringify(lines)).not.toContain('hush')
    expect(lines.every(({ parent }) => parent === film.summary.id)).toBe(true)
  })

  it('hides the arguments that its text, or one before them, names as a secret', async () => {
    const { film, stdout } = await filmOf(`
      console.log('password:', 'hush-1')
      console.log('token', 'hush-2')
      console.log('password: %s', 'hush-3')
      console.log('%s logs in, pin=%d', 'ann', 48151623)
      console.log('ann', 'her session token:', 'hush-4')`)
    expect(stdout.match(/hush/g)).toHaveLength(4)
    const values = ofKind(film, 'log').map(({ value }) => value as { readonly arguments: unknown })
    const hidden = '[redacted]'
    expect(values.map((value) => value.arguments)).toEqual([
      [hidden],
      [hidden],
      [hidden],
      ['ann', hidden],
      ['her session token:', hidden],
    ])
  })
})

describe('a warning of the process', () => {
  it('is a line in the film that raised it', async () => {
    await using made = await recorded()
    await made.scope.span('work', async () => {
      process.emitWarning('careful', { type: 'TestWarning', code: 'T1' })
      await turn()
    })
    const lines = ofKind(await made.film('work'), 'log').filter(({ name }) => name === 'process.warning')
    expect(lines.map(({ value }) => value)).toMatchObject([{ message: 'careful', name: 'TestWarning', code: 'T1' }])
  })
})

describe('a warning that Node prints', () => {
  const warn = `
    process.emitWarning('careful', { type: 'TestWarning', code: 'T1' })
    console.error('(node:' + process.pid + ') said by the program')
    await new Promise((resolve) => setTimeout(resolve, 10))`
  const said = ['console.error', expect.stringContaining('said by the program')]

  it('is told once', async () => {
    const { film, stderr } = await filmOf(warn)
    expect(stderr).toContain('careful')
    const lines = ofKind(film, 'log').map(({ name, value }) => [name, (value as { message: unknown }).message])
    expect(lines).toEqual([said, ['process.warning', 'careful']])
  })

  it('is a line of the console where warnings are not told', async () => {
    const { film } = await filmOf(warn, 'sources: { process: false }')
    const lines = ofKind(film, 'log').map(({ name, value }) => [name, (value as { message: unknown }).message])
    expect(lines).toEqual([said, ['console.error', expect.stringContaining('careful')]])
  })
})

describe('a rejection that nobody handles', () => {
  it('is an error of the film where the program listens for it; else no listener of ours keeps the process alive', async () => {
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    const { name, length } = process.emit
    const added = process.listenerCount('newListener')
    await using made = await recorded()
    expect(process.listenerCount('unhandledRejection')).toBe(0)
    const heard = vi.fn()
    process.on('unhandledRejection', heard)
    // a library may look whether it is the only one
    expect(process.listeners('unhandledRejection')).toEqual([heard])
    expect(process.listenerCount('newListener')).toBe(added)
    expect(Object.keys(process)).not.toContain('emit')
    expect([process.emit.name, process.emit.length]).toEqual([name, length])
    try {
      await made.scope.span('work', async () => {
        void Promise.reject(new Error('forgotten'))
        await turn()
      })
    } finally {
      process.off('unhandledRejection', heard)
    }
    expect(process.listenerCount('unhandledRejection')).toBe(0)
    for (const other of others) process.on('unhandledRejection', other)
    expect(heard).toHaveBeenCalledOnce()
    expect(JSON.stringify(ofKind(await made.film('work'), 'error'))).toContain('forgotten')
  })
})

describe('listeners for rejections', () => {
  it('are all removed at once by the program as ever', async () => {
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    await using _ = await recorded()
    try {
      for (let count = 1; count <= 3; count++) {
        for (let i = 0; i < count; i++) process.on('unhandledRejection', () => undefined)
        process.removeAllListeners('unhandledRejection')
        expect(process.listenerCount('unhandledRejection')).toBe(0)
      }
    } finally {
      for (const other of others) process.on('unhandledRejection', other)
    }
  })
})

describe('a child process that cannot be made', () => {
  it('ends its span where spawn throws', async () => {
    await using made = await recorded()
    await made.scope.span('work', async () => {
      expect(() => spawn('/bin/echo', ['x'.repeat(3_000_000)])).toThrow('E2BIG')
      await turn()
      await turn()
    })
    const [span] = ofKind(await made.film('work'), 'process')
    expect(span).toMatchObject({ open: false, error: true })
  })
})

describe('a connection', () => {
  it('is a span of the film that waits for it, with the peer or the error', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end())
    const port = Number(new URL(peer.url).port)
    await made.scope.span('work', async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      expect(socket.listenerCount('connect') + socket.listenerCount('close')).toBe(0)
      socket.destroy()
      await expect(once(connect(1, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
    })
    const film = await made.film('work')
    const [good, bad] = ofKind(film, 'connect')
    expect(good).toMatchObject({ error: false, open: false })
    expect(good!.result).toMatchObject({ 'network.peer.port': port, 'network.peer.address': '127.0.0.1' })
    expect(bad).toMatchObject({ error: true, open: false })
  })

  it('leaves the socket as it is: nothing that is counted, listed, or lost with the listeners', async () => {
    await using made = await recorded()
    await using peer = await serving((_, res) => res.end())
    const port = Number(new URL(peer.url).port)
    const plain = connect(port, '127.0.0.1')
    await once(plain, 'connect')
    plain.destroy()
    await made.scope.span('work', async () => {
      const socket = connect(port, '127.0.0.1')
      expect(socket.eventNames()).toEqual(new Socket().eventNames())
      expect([Object.keys(socket).toSorted(), socket.emit.name, socket.emit.length]).toEqual([
        Object.keys(plain).toSorted(),
        plain.emit.name,
        plain.emit.length,
      ])
      socket.removeAllListeners()
      await once(socket, 'connect')
      expect(socket.emit).toBe(plain.emit)
      socket.destroy()
      await once(socket, 'close')
    })
    expect(ofKind(await made.film('work'), 'connect')).toMatchObject([{ error: false, open: false }])
  })

  it('that fails still ends the process of a program that does not listen for its error', async () => {
    await using made = await recorded()
    const socket = made.scope.span('work', () => connect(1, '127.0.0.1'))
    const thrown = await new Promise((resolve) => {
      const { emit } = socket
      socket.emit = function (this: typeof socket, type: string, ...args: unknown[]): boolean {
        if (type === 'error') resolve(this.listenerCount('error'))
        return type === 'error' ? true : Reflect.apply(emit, this, [type, ...args])
      } as typeof socket.emit
    })
    expect(thrown).toBe(0)
  })
})

describe('the look-up of a name', () => {
  it('is a span of the film, by callback and by promise, and its functions look as before', async () => {
    const before = [dns.lookup, dns.promises.lookup].map((fn) => Object.getOwnPropertyDescriptors(fn))
    await using made = await recorded()
    expect([dns.lookup, dns.promises.lookup].map((fn) => Object.getOwnPropertyDescriptors(fn))).toEqual(before)
    expect(lookup).toBe(dns.lookup)
    await made.scope.span('work', async () => {
      expect(await promisify(dns.lookup)('localhost')).toMatchObject({ address: expect.any(String) })
      expect(await dns.promises.lookup('localhost')).toMatchObject({ address: expect.any(String) })
      await expect(dns.promises.lookup('nope.invalid')).rejects.toThrow()
    })
    const found = ofKind(await made.film('work'), 'lookup')
    expect(found.map(({ error, open }) => ({ error, open }))).toEqual([
      { error: false, open: false },
      { error: false, open: false },
      { error: true, open: false },
    ])
    expect(found[2]!.value).toEqual({ 'dns.question.name': 'nope.invalid' })
    await made.scope.stop()
    expect(lookup).toBe(dns.lookup)
    expect(dns.lookup.name).toBe('lookup')
  })

  it.each([
    ['dns', dns],
    ['dns.promises', dns.promises],
  ])('is recorded after %s has taken other servers, until the scope stops', async (_, holder) => {
    const { lookup: lookedUp, setServers } = dns
    const servers = dns.getServers()
    const { resolve4 } = dns
    await using made = await recorded()
    const ours = dns.lookup
    try {
      // Node binds the functions that resolve anew
      holder.setServers(['127.0.0.1:1'])
      expect(dns.lookup).toBe(ours)
      expect([dns.resolve4.name, dns.resolve4.length]).toEqual([resolve4.name, resolve4.length])
      await made.scope.span('work', async () => {
        await expect(dns.promises.resolve4('a.invalid')).rejects.toThrow()
        await expect(promisify(dns.resolve4)('b.invalid')).rejects.toThrow()
        await dns.promises.reverse('127.0.0.1').catch(() => undefined)
      })
      const found = ofKind(await made.film('work'), 'lookup')
      expect(found.map(({ name, open }) => [name, open])).toEqual([
        ['dns.resolve4', false],
        ['dns.resolve4', false],
        ['dns.reverse', false],
      ])
      const setting = dns.setServers
      const hooked = [dns.resolve4, dns.promises.resolve4, setting]
      await made.scope.stop()
      expect([dns.lookup, dns.setServers]).toEqual([lookedUp, setServers])
      const now = [dns.resolve4, dns.promises.resolve4, dns.setServers]
      expect(now.map((each, index) => each === hooked[index])).toEqual([false, false, false])
      const before = dns.resolve6
      setting(servers)
      expect(dns.resolve6.toString()).toBe(before.toString())
    } finally {
      dns.setServers(servers)
    }
  })

  it('refuses what it refused before', async () => {
    await using made = await recorded()
    expect(() => made.scope.span('work', () => dns.lookup(5 as never, () => undefined))).toThrow(TypeError)
    expect(() => made.scope.span('other', () => dns.resolve('x', 'NOPE' as never, () => undefined))).toThrow()
    expect(ofKind(await made.film('other'), 'lookup').every(({ open }) => !open)).toBe(true)
  })
})

describe('a child process', () => {
  it('is an entity from birth to death, and a span of the film that started it', async () => {
    await using made = await recorded()
    await made.scope.span('work', () =>
      run(process.execPath, ['-e', 'process.exit(3)', '--', '--token=abcdefgh']).catch(() => undefined),
    )
    const film = await made.film('work')
    const [span] = ofKind(film, 'process')
    expect(span).toMatchObject({ number: 3, error: true, open: false })
    const [born] = ofKind(film, 'entity.born')
    const [died] = ofKind(film, 'entity.died')
    expect(born!.subject).toMatchObject({ kind: 'process', id: expect.stringMatching(/^\d+$/) })
    expect(JSON.stringify(born!.value)).toContain('--token=[redacted]')
    expect(died).toMatchObject({ subject: born!.subject, cause: born!.id, number: 3 })
  })

  it('that cannot be started is an error', async () => {
    await using made = await recorded()
    await made.scope.span('work', () => once(spawn('/nonexistent/program'), 'error'))
    await turn()
    const film = await made.film('work')
    expect(ofKind(film, 'process')[0]).toMatchObject({ error: true, open: false })
    expect(JSON.stringify(ofKind(film, 'error'))).toContain('ENOENT')
  })
})

describe('a thread', () => {
  it('is an entity and a span; threads of ours are none', async () => {
    await using made = await recorded()
    await made.scope.span('work', async () => {
      made.scope.recording()
      await once(new Worker('process.exit(4)', { eval: true }), 'exit')
    })
    const film = await made.film('work')
    expect(ofKind(film, 'thread').map(({ number, error }) => [number, error])).toEqual([[4, true]])
    expect(ofKind(film, 'entity.died')).toHaveLength(1)
  })
})

describe('the hooks of a process', () => {
  it('are listed with their state, and gone with the last scope', async () => {
    const counts = (): readonly number[] => ['warning', 'newListener'].map((event) => process.listenerCount(event))
    const before = counts()
    const made = await recorded({ sources: { console: false } })
    await made.scope.flush()
    const { hooks } = await made.scope.recording().status()
    expect(hooks.find(({ name }) => name === 'console')).toMatchObject({ state: 'off' })
    expect(hooks.filter(({ state }) => state === 'active').map(({ name }) => name)).toEqual([
      'child_process',
      'dns',
      'http.client',
      'http2.client',
      'net',
      'process',
      'undici',
      'vitals',
      'worker_threads',
    ])
    await made[Symbol.asyncDispose]()
    expect(counts()).toEqual(before)
  })
})
