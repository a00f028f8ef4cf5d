import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check, type Expected } from '../src/demo/checks.ts'
import { Client } from '../src/demo/client.ts'
import { startServer } from '../src/demo/server-process.ts'
import { sendAlone, sendMixed, sendOverlapping } from '../src/demo/traffic.ts'

const DEMO = join(import.meta.dirname, '../src/demo.ts')

describe('the demo', () => {
  const run = (env: Readonly<Record<string, string>> = {}): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const options = { env: { ...process.env, ...env } }
      execFile(process.execPath, ['--conditions=@cinescope/source', DEMO], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
    })

  test('that cannot hold what it promises says so in its last line, and fails', async () => {
    const { code, stdout } = await run({ CINESCOPE_DISABLED: '1' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/\ndemo: failed, the server records nothing; is CINESCOPE_DISABLED set\?\n$/)
  }, 60_000)

  test('shows films, a timeline, the slowest, the failed, the ledger and the cost, and ends well', async () => {
    const { code, stdout: output, stderr } = await run()
    expect({ code, stderr, output }).toEqual({
      code: 0,
      stderr: '',
      output: expect.stringMatching(/\ndemo: ok, .*\n$/),
    })
    expect(output).toMatch(/\$ cinescope films --sort time[\s\S]*GET \/orders\/report/)
    expect(output).toMatch(
      /\$ cinescope film [0-9a-f]{16}\nPOST \/orders {2}201[\s\S]*\(live\)[\s\S]* {6}span +charge card/,
    )
    expect(output).toMatch(/\$ cinescope films --sort -duration[^\n]*\n[^\n]*\n[^\n]*GET \/orders\/report/)
    expect(output).toMatch(/\$ cinescope films --error\n[^\n]*\n[^\n]*500 error[\s\S]*caused by SyntaxError/)
    expect(output).toMatch(/\d produced = [\d,]+ stored \+ 0 dropped\ntail: open/)
    expect(output).toMatch(/probes in the server: [\d.]+ ms of CPU/)
    const last = /demo: ok, (\d+) films, (\d+) events = (\d+) stored \+ (\d+) not stored\n$/.exec(output) ?? []
    const [films = 0, produced, stored = 0, rest = 0] = last.slice(1).map(Number)
    expect(films).toBeGreaterThanOrEqual(211)
    expect(produced).toBe(stored + rest)
  }, 60_000)
})

describe('the check of the demo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cinescope-check-'))
  let truth: Expected
  let mixed: Awaited<ReturnType<typeof sendAlone>>
  beforeAll(async () => {
    const server = await startServer(directory)
    const client = new Client(server.port)
    try {
      await sendMixed(client)
      mixed = await client.send('/orders')
      const alone = await sendAlone(client)
      const overlapping = await sendOverlapping(client)
      truth = { path: server.path, sent: client.sent, produced: 0, alone, overlapping }
      truth = { ...truth, produced: await server.stop() }
    } finally {
      client.close()
      server.kill()
    }
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const failures = async (lie: Partial<Expected>): Promise<readonly string[]> =>
    (await check({ ...truth, ...lie })).failures

  test('finds nothing wrong with what happened', async () => {
    expect(await failures({})).toEqual([])
  })

  test('finds a request without a film, an event without a row, and films that are not those of their requests', async () => {
    const { sent, produced, overlapping } = truth
    expect(await failures({ sent: sent + 1 })).toEqual([`${sent + 1} requests were sent, ${sent} films are stored`])
    expect(await failures({ produced: produced + 1 })).toEqual([expect.stringMatching(/events were offered/)])
    expect(await failures({ overlapping: overlapping.toReversed() })).toHaveLength(200)
    expect(await failures({ overlapping: [{ ...overlapping[0]!, traceId: 'ab'.repeat(16) }] })).toEqual([
      'the film of user 1000: there is none',
    ])
    expect(await failures({ overlapping: [] })).toEqual(['no requests overlapped'])
    expect((await failures({ alone: mixed })).length).toBeGreaterThan(200)
  })
})
