import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Place, recordShop, run, runIntoHead } from '../cli.ts'

const BIN = join(import.meta.dirname, '../../src/bin.ts')

// each test runs several commands, on a busy machine perhaps
vi.setConfig({ testTimeout: 90_000 })

describe('cinescope export', () => {
  const place = new Place()
  const target = new Place()
  beforeAll(async () => {
    await place.record(recordShop)
    await place.record((scope) => {
      for (let i = 0; i < 3000; i++) scope.log('said', { text: 'x'.repeat(200), i })
    })
  })
  afterAll(() => {
    place[Symbol.dispose]()
    target[Symbol.dispose]()
  })
  const out = (name: string): string => join(target.directory, name)
  const lines = (text: string): readonly { readonly id: string; readonly at: number }[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; at: number })

  test('writes all recordings of a directory, the oldest first, or the newest alone', async () => {
    const { stdout } = await run(['export', place.directory, '--format', 'ndjson'])
    expect(lines(stdout)).toHaveLength(3010)
    expect(stdout).toContain('GET /orders/:id')
    const newest = await run(['export', place.directory, '--format', 'ndjson', '--newest'])
    expect(stdout.endsWith(newest.stdout)).toBe(true)
    expect(lines(newest.stdout)).toHaveLength(3000)
  })

  test('tells the processes of a directory apart', async () => {
    const { stdout } = await run(['export', place.directory, '--format', 'csv'])
    expect(
      new Set(
        stdout
          .split('\r\n')
          .slice(1, -1)
          .map((row) => row.split(',')[1]),
      ).size,
    ).toBe(2)
  })

  test('writes a file of mode 0600 that is whole, and nothing beside it', async () => {
    const { code, stdout, stderr } = await run(['export', place.directory, '--format', 'ndjson', '-o', out('a.ndjson')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('a.ndjson: 3,010 events')
    expect(statSync(out('a.ndjson')).mode & 0o777).toBe(0o600)
    const printed = await run(['export', place.directory, '--format', 'ndjson'])
    expect(readFileSync(out('a.ndjson'), 'utf8')).toBe(printed.stdout)
    expect(readdirSync(target.directory)).toEqual(['a.ndjson'])
  })

  test('writes over a file only if it must', async () => {
    writeFileSync(out('taken'), 'precious')
    const args = ['export', place.directory, '--format', 'csv', '--out', out('taken')]
    const refused = await run(args)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('taken exists already; name another file, or add --force [CSC_ERR_OUTPUT]')
    expect(readFileSync(out('taken'), 'utf8')).toBe('precious')
    expect((await run([...args, '--force'])).code).toBe(0)
    expect(readFileSync(out('taken'), 'utf8')).toMatch(/^service,process,id,/)
  })

  test('writes to what a link leads to, and to nothing that is no file', async () => {
    const args = ['export', place.directory, '--format', 'csv', '--force', '--out']
    writeFileSync(out('real'), 'before')
    symlinkSync(out('real'), out('link'))
    expect((await run([...args, out('link')])).code).toBe(0)
    expect(lstatSync(out('link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(out('real'), 'utf8')).toMatch(/^service,process,id,/)
    for (const path of ['/dev/null', target.directory]) {
      const { code, stderr } = await run([...args, path])
      expect([code, stderr]).toEqual([3, expect.stringContaining(`${path} is no file; leave --out away`)])
    }
  })

  test.each([
    [[], 'export needs --format FORMAT, one of ndjson, csv, otlp, chrome, har, mermaid'],
    [['--format', 'hra'], "--format is 'hra'; it must be one of"],
    [['--format', 'csv', '--query', 'order by -time'], 'leave out `order by` and `limit`'],
    [['--format', 'csv', '--query', 'limit 3'], 'leave out `order by` and `limit`'],
    [['--format', 'csv', '--film', '3fa9', '--query', 'ok'], 'exclude each other'],
    [['--format', 'csv', '--force'], '--force is for a FILE'],
    [['--format', 'csv', '--json'], '--json says how answers are printed'],
  ])('%j is refused', async (options, message) => {
    const { code, stdout, stderr } = await run(['export', place.directory, ...options])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('ends quietly when its reader has seen enough', async () => {
    const { code, stderr } = await runIntoHead(['export', place.directory, '--format', 'ndjson'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('keeps nothing of a file that finds no room, and says so', () => {
    const command = `ulimit -f 64; exec '${process.execPath}' --conditions=@cinescope/source '${BIN}' export '${place.directory}' --format ndjson -o '${out('full')}'`
    const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    expect(status).toBe(3)
    expect(stderr).toMatch(/full cannot be written: .*Nothing of it was kept \[CSC_ERR_OUTPUT\]/)
    expect(readdirSync(target.directory).filter((name) => name.startsWith('full'))).toEqual([])
  })

  test('says what is wrong with an output that is full', () => {
    if (!existsSync('/dev/full')) return
    const command = `exec '${process.execPath}' --conditions=@cinescope/source '${BIN}' export '${place.directory}' --format ndjson > /dev/full`
    const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toContain('ENOSPC')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when %s ends it', async (signal) => {
    using many = new Place()
    await many.record(async (scope) => {
      for (let i = 0; i < 60_000; i++) {
        scope.log('said', { text: 'x'.repeat(100), i })
        if (i % 5000 === 0) await scope.flush()
      }
    })
    const args = ['export', many.directory, '--format', 'otlp', '-o', out('halfway')]
    const child = spawn(process.execPath, ['--conditions=@cinescope/source', BIN, ...args], { stdio: 'ignore' })
    await partOf(child)
    child.kill(signal)
    const ended = await new Promise((resolve) => child.on('exit', (_code, by) => resolve(by)))
    expect(ended).toBe(signal)
    expect(readdirSync(target.directory).filter((name) => name.startsWith('halfway'))).toEqual([])
  })

  /** Resolves once the half written file is there. */
  async function partOf(child: ChildProcess): Promise<void> {
    while (child.exitCode === null && !readdirSync(target.directory).some((name) => /^halfway\..*\.part$/.test(name))) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  test('leaves out what is no recording, and a copy of one, and says so', async () => {
    using mixed = new Place()
    await mixed.record(recordShop)
    const [name = ''] = readdirSync(mixed.directory)
    copyFileSync(join(mixed.directory, name), join(mixed.directory, `z${name}`))
    writeFileSync(join(mixed.directory, '0.cine'), 'no recording')
    const { code, stdout, stderr } = await run(['export', mixed.directory, '--format', 'ndjson'])
    expect(code).toBe(0)
    expect(lines(stdout)).toHaveLength(10)
    expect(stderr).toMatch(/left out: .*0\.cine: /)
    expect(stderr).toContain('is left out: it is a copy of another recording there')
  })

  test('exports a recording that is being written, with what has not ended told as open', async () => {
    using live = new Place()
    await using scope = await live.scope()
    await recordShop(scope)
    await scope.flush()
    const { stdout } = await run(['export', live.directory, '--format', 'otlp'])
    expect(stdout).toContain('{"key":"cinescope.recording.state","value":{"stringValue":"live"}}')
    expect(stdout).toContain('{"key":"cinescope.open","value":{"boolValue":true}}')
  })
})
