import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, recordShop, run } from './cli.ts'

interface Answer {
  readonly films: readonly { readonly id: string; readonly name: string }[]
  readonly cursor?: string
  readonly recording: { readonly state: string; readonly service: string }
}

describe('cinescope films', () => {
  const place = new Place()
  beforeAll(() => place.record(recordShop))
  afterAll(() => place[Symbol.dispose]())

  const films = async (...args: readonly string[]): Promise<Answer> =>
    (await json('films', place.directory, ...args)) as unknown as Answer
  const names = async (...args: readonly string[]): Promise<string[]> =>
    (await films(...args)).films.map(({ name }) => name)

  test('the table has a line a film, the newest first, with its outcome', async () => {
    const { code, stdout, stderr } = await run(['films', place.directory])
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(lines[0]).toMatch(/^FILM +BEGAN +DURATION +OUTCOME +EVENTS +NAME$/)
    expect(lines[1]).toMatch(/^[0-9a-f]{16} +\d\d:\d\d:\d\d\.\d{3} +- +unfinished +1 +never ends$/)
    expect(lines[2]).toMatch(/^[0-9a-f]{16} +\S+ +[\d.]+ .?s +error +5 +POST \/orders$/)
    expect(lines[3]).toMatch(/ ok +9 +GET \/orders\/:id \(marked\)$/)
    expect(lines).toHaveLength(4)
    expect(stderr).toMatch(/^3 films in \S+\.cine \(shop, closed\)\n$/)
  })

  test('JSON names the recording and holds the same films', async () => {
    const answer = await films()
    expect(answer.films.map(({ name }) => name)).toEqual(['never ends', 'POST /orders', 'GET /orders/:id'])
    expect(answer.recording).toMatchObject({ state: 'closed', service: 'shop' })
  })

  test('NDJSON is one film a line', async () => {
    const { stdout } = await run(['films', place.directory, '--ndjson'])
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string })
    expect(lines.map(({ name }) => name)).toEqual(['never ends', 'POST /orders', 'GET /orders/:id'])
  })

  test.each([
    [['--error'], ['POST /orders']],
    [['--ok'], ['never ends', 'GET /orders/:id']],
    [['--marked'], ['GET /orders/:id']],
    [
      ['--name', '*/orders*'],
      ['POST /orders', 'GET /orders/:id'],
    ],
    [['--name=never ends'], ['never ends']],
    [['--status', '404'], []],
    [['--min-ms', '10s'], []],
    [
      ['--max-ms', '10s'],
      ['POST /orders', 'GET /orders/:id'],
    ],
    [
      ['--since', '1h'],
      ['never ends', 'POST /orders', 'GET /orders/:id'],
    ],
    [['--until', '1h'], []],
    [
      ['--sort', 'time'],
      ['GET /orders/:id', 'POST /orders', 'never ends'],
    ],
    [['--limit', '1', '--sort', '-time'], ['never ends']],
  ])('%j leaves %j', async (args, expected) => {
    expect(await names(...args)).toEqual(expected)
  })

  test('cursors lead through all films, once each', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await films('--limit', '1', ...(cursor === undefined ? [] : ['--cursor', cursor]))
      seen.push(...page.films.map(({ name }) => name))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(seen).toEqual(['never ends', 'POST /orders', 'GET /orders/:id'])
  })

  test('a page that is not the last tells how to go on', async () => {
    const { stdout, stderr } = await run(['films', place.directory, '--limit', '2'])
    const cursor = /--cursor '([^']+)'/.exec(stderr)?.[1] ?? ''
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(await names('--limit', '2', '--cursor', cursor)).toEqual(['GET /orders/:id'])
  })

  test('no film that fits is an answer, not a failure', async () => {
    const { code, stdout, stderr } = await run(['films', place.directory, '--name', 'nothing'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('No film fits')
  })

  describe('of a directory with several recordings', () => {
    const several = new Place()
    beforeAll(async () => {
      await several.record((scope) => scope.span('old', () => 1))
      await several.record((scope) => scope.span('new', () => 1))
      writeFileSync(join(several.directory, '9.cine'), 'no recording')
    })
    afterAll(() => several[Symbol.dispose]())

    test('reads all as one, and names what it leaves out', async () => {
      const { code, stdout, stderr } = await run(['films', several.directory])
      expect(code).toBe(0)
      expect(stdout).toMatch(/new\n.*old\n$/)
      expect(stderr).toContain('2 recordings, the newest of shop, closed')
      expect(stderr).toMatch(/9\.cine is left out: .*not a /)
      const { recording } = (await json('films', several.directory)) as unknown as {
        recording: { recordings: unknown[]; unread: { code: string }[] }
      }
      expect([recording.recordings.length, recording.unread[0]?.code]).toEqual([2, 'CSC_ERR_FORMAT'])
    })

    test('goes on where a page ended, in whichever recording that was', async () => {
      const first = await json('films', several.directory, '--limit', '1')
      const next = await json('films', several.directory, '--limit', '1', '--cursor', String(first['cursor']))
      expect(next['films']).toMatchObject([{ name: 'old' }])
    })

    test('finds events of all, and accounts for all', async () => {
      const { events } = (await json('query', several.directory)) as unknown as { events: { name: string }[] }
      expect(events.map(({ name }) => name)).toEqual(['old', 'new'])
      const { ledger } = (await json('ledger', several.directory)) as unknown as { ledger: { stored: number } }
      expect(ledger.stored).toBe(4)
    })

    test('reads the newest alone with --newest, and says so', async () => {
      rmSync(join(several.directory, '9.cine'))
      const { stdout, stderr } = await run(['films', several.directory, '--newest'])
      expect(stdout).toContain('new')
      expect(stdout).not.toContain('old')
      expect(stderr).toContain('the newest of 2 recordings there')
    })
  })

  test('a recording is read while its process goes on writing it', async () => {
    using writing = new Place()
    await using scope = await writing.scope()
    scope.span('first', () => 1)
    await scope.flush()
    const { stdout, stderr } = await run(['films', writing.directory])
    scope.span('second', () => 2)
    await scope.flush()
    const later = await run(['films', writing.directory])
    expect(stdout).toContain('first')
    expect(stderr).toContain('live')
    expect(later.stdout).toMatch(/second\n.*first\n$/)
  })
})
