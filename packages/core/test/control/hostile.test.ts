import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CinescopeError } from '@cinescope/protocol'
import { askProcess } from '../../src/control/ask-process.ts'
import { MAX_LINE_BYTES } from '../../src/control/exchange.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { answerTo, connected, sent, UID } from './client.ts'

const errors: CinescopeError[] = []
let place: ReturnType<typeof temporaryDirectory>
let scope: Scope

beforeAll(async () => {
  place = temporaryDirectory()
  vi.stubEnv('TMPDIR', place.path)
  const directory = place.path
  scope = await createScope({
    sources: false,
    directory,
    config: false,
    onInternalError: (error) => errors.push(error),
  })
  await scope.flush()
})

afterAll(async () => {
  await scope.stop()
  vi.unstubAllEnvs()
  place[Symbol.dispose]()
})

async function isWell(): Promise<void> {
  const { status } = await askProcess({ node: scope.node, uid: UID }, { ask: 'status' })
  expect(status).toMatchObject({ pid: process.pid, threads: 1 })
  await scope.flush()
  expect(scope.status()).toMatchObject({ state: 'recording', faults: [] })
  expect(errors).toEqual([])
}

describe('the control socket', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '\n', 'CSC_ERR_CONTROL'],
    ['what is no JSON', 'GET / HTTP/1.1\r\n\r\n', 'CSC_ERR_CONTROL'],
    ['what is no object', 'null\n', 'CSC_ERR_CONTROL'],
    ['a list', '[]\n', 'CSC_ERR_CONTROL'],
    ['what is not UTF-8', Uint8Array.of(0xff, 0xfe, 0x00, 0x80, 0x0a), 'CSC_ERR_CONTROL'],
    ['a line that is too long', `${'x'.repeat(MAX_LINE_BYTES + 1)}\n`, 'CSC_ERR_CONTROL'],
    ['a line without an end', 'x'.repeat(MAX_LINE_BYTES + 1), 'CSC_ERR_CONTROL'],
    ['a deep line', `{"ask":"set","options":${deep}}\n`, 'CSC_ERR_CONTROL'],
    ['what it does not do', '{"ask":"stop"}\n', 'CSC_ERR_CONTROL'],
    ['no name of its own', '{"ask":"__proto__"}\n', 'CSC_ERR_CONTROL'],
    ['to set nothing', '{"ask":"set"}\n', 'CSC_ERR_CONTROL'],
    ['to set what is none', '{"ask":"set","options":{"__proto__":1,"toString":2}}\n', 'CSC_ERR_OPTION'],
    ['to set an object', '{"ask":"set","options":{"sample":{"valueOf":1}}}\n', 'CSC_ERR_OPTION'],
    ['to set no number', '{"ask":"set","options":{"sample":"NaN"}}\n', 'CSC_ERR_OPTION'],
    ['to set infinity', '{"ask":"set","options":{"maxBytes":1e999}}\n', 'CSC_ERR_OPTION'],
    ['to take away what there always is', '{"ask":"set","options":{"maxBytes":null}}\n', 'CSC_ERR_OPTION'],
    ['to show more', '{"ask":"set","options":{"redaction.text":"keep"}}\n', 'CSC_ERR_OPTION'],
    ['to write elsewhere', '{"ask":"set","options":{"directory":"/tmp"}}\n', 'CSC_ERR_OPTION'],
    ['to keep for no reason', '{"ask":"keep","reason":""}\n', 'CSC_ERR_CONTROL'],
    ['to keep what is not held', '{"ask":"keep","reason":"why not"}\n', 'CSC_ERR_CONTROL'],
  ])('answers %s by an error, and goes on', async (_, what, code) => {
    const before = scope.settings
    const answer = JSON.parse(await sent(scope.node, what)) as object
    expect(answer).toMatchObject({ ok: false, code, message: expect.not.stringContaining('a fault of ours') })
    expect(scope.settings).toEqual(before)
    await isWell()
  })

  it('says how long a reason may be', async () => {
    const ask = (reason: string): string => `${JSON.stringify({ ask: 'keep', reason })}\n`
    expect(await sent(scope.node, ask('x'.repeat(501)))).toContain('at most 500 characters')
    expect(await sent(scope.node, ask('x'.repeat(500)))).toContain('no window to keep')
  })

  it('sets all that it is asked to, or nothing', async () => {
    const line = '{"ask":"set","options":{"sample":0.5,"keep.slowMs":-1}}\n'
    expect(JSON.parse(await sent(scope.node, line))).toMatchObject({ ok: false, code: 'CSC_ERR_OPTION' })
    await scope.flush()
    expect(scope.settings.sample).toBe(1)
  })

  it('hears one line of a connection', async () => {
    const line = '{"ask":"get"}\n'
    expect((await sent(scope.node, line.repeat(1000))).split('\n')).toHaveLength(2)
    await isWell()
  })

  it('takes a line in parts, and characters that are cut', async () => {
    const socket = await connected(scope.node)
    const answer = answerTo(socket)
    for (const byte of Buffer.from('{"ask":"set","options":{"größe":1}}\n')) {
      socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await answer).toContain("'größe' cannot change at run time")
  })

  it('hangs up on whoever says half a line and then nothing, and serves others meanwhile', async () => {
    const silent = await connected(scope.node)
    silent.write('{"ask":')
    const answer = answerTo(silent)
    await isWell()
    expect(await answer).toBe('')
  })

  it('hangs up on a line that does not end', async () => {
    const socket = await connected(scope.node)
    const answer = answerTo(socket)
    for (let i = 0; i < 64 && !socket.destroyed; i++) socket.write('x'.repeat(MAX_LINE_BYTES))
    // what was said before it hung up may be lost
    expect(['', 'CSC_ERR_CONTROL']).toContain(/CSC_\w+/.exec(await answer)?.[0] ?? '')
    await isWell()
  })

  it('serves others once many have come at once and said nothing', async () => {
    const all = await Promise.all(Array.from({ length: 60 }, () => connected(scope.node)))
    expect(await Promise.all(all.map(answerTo))).toEqual(all.map(() => ''))
    await isWell()
  })

  it('does not mind who goes without waiting for the answer', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = await connected(scope.node)
      socket.on('error', () => undefined)
      socket.write('{"ask":"get"}\n')
      socket.destroy()
    }
    await isWell()
  })
})
