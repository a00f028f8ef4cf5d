import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { BIN, json, Place, recordShop, run, runIntoHead, start } from './cli.ts'

describe('cinescope tail', () => {
  test('prints the last events, one a line, with what they say and their values', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { code, stdout } = await run(['tail', place.directory, '-n', '3'])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3}  [0-9a-f]{8}  +\S+ \S+  span +charge ✗/)
    expect(lines[2]).toMatch(/ -  span +never ends \(unfinished\)$/)
    const { stdout: logs } = await run(['tail', place.directory, 'kind:log'])
    expect(logs).toMatch(/ log +order loaded  \{.*17.*\}\n$/)
  })

  test('follows: the last ones, then each that comes, once, until the recording is closed', async () => {
    using place = new Place()
    const scope = await place.scope()
    for (let n = 1; n <= 20; n++) scope.log(`line ${n}`)
    await scope.flush()
    await using tail = start(['tail', '-f', '-n', '5', scope.path!, 'kind:log'])
    await tail.printed(5)
    for (let n = 21; n <= 500; n++) scope.log(`line ${n}`)
    await tail.printed(485)
    await scope.stop()
    expect(await tail.ended).toBe(0)
    expect(tail.lines.map((line) => /line (\d+)/.exec(line)?.[1])).toEqual(
      Array.from({ length: 485 }, (_, i) => String(i + 16)),
    )
    expect(tail.stderr()).toBe('The recording was closed: nothing more comes\n')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly by %s', async (signal) => {
    using place = new Place()
    await using scope = await place.scope()
    scope.log('line')
    await scope.flush()
    await using tail = start(['tail', '-f', place.directory])
    await tail.printed(1)
    expect(await tail.end(signal)).toBe(0)
    expect(tail.stderr()).toBe('')
  })

  test('follows: a span that had not ended comes once, when it has', async () => {
    using place = new Place()
    await using scope = await place.scope()
    let end = (): void => undefined
    const span = scope.span('slow', () => new Promise<void>((resolve) => (end = resolve)))
    scope.log('line')
    await scope.flush()
    await using tail = start(['tail', '-f', scope.path!, '--json'])
    await tail.printed(1)
    end()
    await span
    await scope.flush()
    await tail.printed(2)
    await scope.stop()
    expect(await tail.ended).toBe(0)
    const told = tail.lines.map((line) => JSON.parse(line) as { kind: string; name: string; open: boolean })
    expect(told).toMatchObject([{ kind: 'log' }, { name: 'slow', open: false }])
  })

  test('ends by SIGTERM though its reader stands still', async () => {
    using place = new Place()
    await using scope = await place.scope()
    for (let n = 0; n < 3000; n++) scope.log(`line ${n}`, { text: 'x'.repeat(500) })
    await scope.flush()
    const tail = spawn(
      process.execPath,
      ['--conditions=@cinescope/source', BIN, 'tail', '-f', '-n', '3000', place.directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    // reads once, and never again
    await once(tail.stdout, 'readable')
    tail.kill('SIGTERM')
    const [code] = (await once(tail, 'exit')) as [number]
    expect(code).toBe(0)
    tail.stdout.destroy()
  })

  test('ends quietly when nobody reads any more', async () => {
    using place = new Place()
    await place.record((scope) => {
      for (let n = 0; n < 5000; n++) scope.log(`line ${n} ${'x'.repeat(100)}`)
    })
    expect(await runIntoHead(['tail', '-n', '5000', place.directory])).toMatchObject({ code: 0, stderr: '' })
  })

  test('gives a program one document, or one for each event when it follows', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { events } = await json('tail', place.directory, 'kind:log')
    expect(events).toMatchObject([{ kind: 'log', value: { order: 17 } }])
    const { code, stdout, stderr } = await run(['tail', '-f', '--newest', place.directory, 'kind:log', '--json'])
    expect([code, stderr]).toEqual([0, 'The recording was closed: nothing more comes\n'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(events)
  })

  test('takes up the next process of a directory', async () => {
    using place = new Place()
    await place.record((scope) => scope.log('of the first'))
    await using tail = start(['tail', '-f', '-n', '2', place.directory, 'kind:log'])
    await tail.printed(1)
    await place.record((scope) => scope.log('of the second'))
    await tail.printed(2)
    expect(await tail.end('SIGINT')).toBe(0)
    expect(tail.lines).toMatchObject([/of the first/, /of the second/].map((text) => expect.stringMatching(text)))
  })

  test('refuses an order and a limit', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { code, stderr } = await run(['tail', place.directory, 'kind:log limit 5'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/leave out the order, and say --last N/)])
  })
})
