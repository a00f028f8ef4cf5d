import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { type CinescopeError, nodeId } from '@cinescope/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askProcess } from '../../src/control/ask-process.ts'
import { answerLine } from '../../src/control/exchange.ts'
import { socketDirectory, socketPath } from '../../src/control/place.ts'
import { ControlServer } from '../../src/control/server.ts'
import { createScope } from '../../src/scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { answerTo, connected, UID } from './client.ts'

const NODE = nodeId('0123456789ab')
const errors: CinescopeError[] = []
let place: ReturnType<typeof temporaryDirectory>
let directory: string

beforeEach(() => {
  place = temporaryDirectory()
  vi.stubEnv('TMPDIR', place.path)
  directory = socketDirectory(UID) ?? ''
  errors.length = 0
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  place[Symbol.dispose]()
})

function serving(node = NODE): ControlServer {
  return new ControlServer({ node, answer: () => answerLine({ settings: {} }), report: (error) => errors.push(error) })
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

/** Leaves a socket behind on which nobody listens, as a process does that is killed. */
async function leave(name: string): Promise<string> {
  const server = createServer().listen(join(directory, 'x'))
  await once(server, 'listening')
  renameSync(join(directory, 'x'), join(directory, name))
  server.close()
  return join(directory, name)
}

function age(path: string): void {
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(path, longAgo, longAgo)
}

describe('the control socket', () => {
  it('has mode 0600, in a directory of mode 0700, whatever the mask, and is gone when it is closed', async () => {
    const mask = process.umask(0)
    const server = serving()
    process.umask(mask)
    expect([modeOf(directory), modeOf(socketPath(NODE, UID))]).toEqual(['700', '600'])
    expect(await askProcess({ node: NODE, uid: UID }, { ask: 'get' })).toEqual({ settings: {} })
    server.close()
    expect(readdirSync(directory)).toEqual([])
    expect(errors).toEqual([])
  })

  it.each<[string, () => void, RegExp]>([
    [
      'others may write',
      () => {
        mkdirSync(directory)
        chmodSync(directory, 0o777)
      },
      /has mode 0777/,
    ],
    [
      'others may read',
      () => {
        mkdirSync(directory)
        chmodSync(directory, 0o750)
      },
      /has mode 0750/,
    ],
    [
      'lies elsewhere',
      () => {
        mkdirSync(join(place.path, 'elsewhere'), { mode: 0o700 })
        symlinkSync(join(place.path, 'elsewhere'), directory)
      },
      /is no directory/,
    ],
    ['is a file', () => writeFileSync(directory, ''), /is no directory/],
  ])('is not made in a directory that %s', (_, make, why) => {
    make()
    serving().close()
    expect(errors).toMatchObject([{ code: 'CSC_ERR_CONTROL', message: expect.stringMatching(why) }])
    expect(readdirSync(place.path).flatMap((name) => namesIn(join(place.path, name)))).toEqual([])
  })

  it('is not made in a directory of another user, and nobody is asked there', async () => {
    const other = UID + 1
    mkdirSync(socketDirectory(other) ?? '', { mode: 0o700 })
    const asked = askProcess({ node: NODE, uid: other }, { ask: 'status' })
    await expect(asked).rejects.toThrow(`belongs to user ${UID}, not to ${other}`)
    vi.spyOn(process, 'geteuid').mockReturnValue(other)
    serving().close()
    expect(errors).toMatchObject([{ code: 'CSC_ERR_CONTROL', message: expect.stringContaining('belongs to user') }])
  })

  it('is not made where its path would be cut, and the recording goes on', async () => {
    vi.stubEnv('TMPDIR', join(place.path, 'x'.repeat(100)))
    await using scope = await createScope({
      sources: false,
      directory: place.path,
      onInternalError: (error) => errors.push(error),
    })
    scope.log('recorded all the same')
    await scope.flush()
    expect(scope.status()).toMatchObject({ state: 'recording', stored: 1 })
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'CSC_ERR_CONTROL' }]))
    expect(errors[0]?.message).toMatch(/longer than a socket's path may be.*TMPDIR/)
  })

  it('makes way for nothing but what killed processes have left', async () => {
    mkdirSync(directory, { mode: 0o700 })
    const old = await leave('aaaaaaaaaaaa.ctl')
    await leave('bbbbbbbbbbbb.ctl')
    const other = await leave('not-ours.ctl')
    const alive = serving(nodeId('cccccccccccc'))
    for (const path of [old, other, socketPath(nodeId('cccccccccccc'), UID)]) age(path)
    const server = serving()
    await vi.waitFor(() => expect(server.isBusy).toBe(false))
    expect(readdirSync(directory).toSorted()).toEqual([
      '0123456789ab.ctl',
      'bbbbbbbbbbbb.ctl',
      'cccccccccccc.ctl',
      'not-ours.ctl',
    ])
    server.close()
    alive.close()
  })

  it('has no more than eight connections at once, and none once it is closed', async () => {
    const server = serving()
    const closed = new Set<number>()
    const all = Array.from({ length: 40 }, async (_, index) => {
      const socket = await connected(NODE)
      await answerTo(socket)
      closed.add(index)
    })
    await vi.waitFor(() => expect(closed.size).toBe(32))
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed.size).toBe(32)
    server.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.isBusy).toBe(false)
    await Promise.all(all)
  })

  it('is told to be missing where its name is taken, which stays', async () => {
    mkdirSync(directory, { mode: 0o700 })
    await leave(`${NODE}.ctl`)
    const server = serving()
    await vi.waitFor(() => expect(errors).toHaveLength(1))
    expect(errors).toMatchObject([{ code: 'CSC_ERR_CONTROL', message: expect.stringContaining('EADDRINUSE') }])
    server.close()
    expect(readdirSync(directory)).toEqual([`${NODE}.ctl`])
  })
})

function namesIn(path: string): string[] {
  return lstatSync(path).isDirectory() ? readdirSync(path) : []
}
