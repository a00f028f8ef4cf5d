import { chmodSync, closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/main.ts'
import { Place, recordShop, run, runIntoHead } from './cli.ts'

const COMMANDS = ['run', 'films', 'film', 'query', 'state', 'ledger', 'doctor']

describe('help', () => {
  test('names every command, the exit codes and where to start', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\w`, 'm'))
    for (const exit of [0, 1, 2, 3, 4]) expect(stdout).toMatch(new RegExp(`^ {2}${exit} {2}\\w`, 'm'))
    expect(await run(['help'])).toEqual(await run(['-h']))
  })

  test.each(COMMANDS)('%s has its own, with examples', async (name) => {
    const { code, stdout, stderr } = await run([name, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^cinescope ${name}: `))
    expect(stdout).toContain(`usage: cinescope ${name}`)
    expect(stdout).toMatch(/^examples\n {2}cinescope /m)
    expect((await run(['help', name])).stdout).toBe(stdout)
  })

  test('the version is that of the package', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a wrong command line ends with 2, prints nothing to stdout, and says what would be right', () => {
  test.each([
    [[], /name a command: run, films, film/],
    [['flims'], /there is no command 'flims'.* Did you mean films\?/],
    [['--error'], /the command comes first/],
    [['films', '--eror'], /there is no option --eror\. Did you mean --error\?/],
    [['films', '-x'], /there is no option -x/],
    [['films', '--limit', '0'], /--limit is '0'; it must be a whole number from 1 to 10000/],
    [['films', '--limit', '10001'], /from 1 to 10000/],
    [['films', '--sort', 'durration'], /one of time, -time, duration, -duration\. Did you mean duration\?/],
    [['films', '--since', 'tomorrow'], /so long ago \(90s, 10m, 2h, 1d\)/],
    [['films', '--min-ms', 'long'], /a duration: 250/],
    [['films', '--name'], /--name needs a value: --name PATTERN/],
    [['films', '--name', '--json'], /'--json' looks like another option/],
    [['films', '--error', '--ok'], /exclude each other/],
    [['films', '--json', '--ndjson'], /exclude each other/],
    [['films', '--limit', '1', '--limit', '2'], /given twice/],
    [['films', '--json=yes'], /takes no value/],
    [['films', 'a', 'b'], /'b' is one word too many: cinescope films \[PATH\]/],
    [['film'], /film needs ID: cinescope film ID \[PATH\]/],
    [['film', 'XYZ'], /'XYZ' is no film id/],
    [['film', '.'], /a PATH comes after the id/],
    [['query', '--kind', 'handle'], /Did you mean handler\?/],
    [['query', '--where', 'x'], /KEY=VALUE/],
  ])('%j', async (args, message) => {
    let [out, err] = ['', '']
    const stdout = { write: (text: string) => (out += text) }
    const stderr = { write: (text: string) => (err += text) }
    expect(await main(args, { stdout, stderr, nowMs: Date.now() })).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(message)
    expect(err).toMatch(/^cinescope: .*\n$/)
  })

  test('so does the process', async () => {
    const message = 'cinescope: there is no option --eror. Did you mean --error?\n'
    expect(await run(['films', '--eror'])).toEqual({ code: 2, stdout: '', stderr: message })
  })
})

describe('a recording that is not there or cannot be read ends with 3', () => {
  const place = new Place()
  const { directory } = place
  afterAll(() => place[Symbol.dispose]())
  beforeAll(() => {
    mkdirSync(join(directory, 'empty'), { recursive: true })
    writeFileSync(join(directory, 'text.cine'), 'this is text '.repeat(100))
  })

  test.each([
    ['nowhere', /no recording at .*nowhere: there is nothing there\. Give the path/],
    ['empty', /no recording at .*empty: the directory holds no recording/],
    ['text.cine', /text\.cine: not a readable recording: .*\[CSC_ERR_FORMAT\]/],
  ])('%s', async (name, message) => {
    for (const command of [['films'], ['query'], ['ledger'], ['film', '0123456789abcdef'], ['state', 'a', 'b']]) {
      const { code, stdout, stderr } = await run([...command, join(directory, name)])
      expect({ command, code, stdout }).toEqual({ command, code: 3, stdout: '' })
      expect(stderr).toMatch(message)
    }
  })
})

describe('a recording that this user may not read', () => {
  const place = new Place()
  const file = join(place.directory, 'closed/a.cine')
  afterAll(() => place[Symbol.dispose]())
  beforeAll(() => {
    mkdirSync(join(place.directory, 'closed'), { recursive: true })
    // only what each case closes is closed
    chmodSync(place.directory, 0o755)
    writeFileSync(file, 'nothing')
  })

  test.each(['closed', 'closed/a.cine'])('ends with 3 and says why: %s', async (name) => {
    const path = join(place.directory, name)
    let [out, err] = ['', '']
    const stdout = { write: (text: string) => (out += text) }
    const stderr = { write: (text: string) => (err += text) }
    const films = (): Promise<number> => main(['films', path], { stdout, stderr, nowMs: 0 })
    // what the command loads, it loads before
    expect(await films()).toBe(3)
    err = ''
    expect(await unprivileged(path, films)).toBe(3)
    expect(out).toBe('')
    expect(err).toMatch(/no recording at .*: this user may not read it \(EACCES\)\. Recordings belong to the user/)
  })
})

/** Runs `act` while this process may not read `path`; the superuser has to become somebody else for it. */
async function unprivileged<T>(path: string, act: () => Promise<T>): Promise<T> {
  const self = process.geteuid?.()
  chmodSync(path, 0)
  if (self === 0) process.seteuid?.('nobody')
  try {
    return await act()
  } finally {
    if (self === 0) process.seteuid?.(0)
    chmodSync(path, 0o700)
  }
}

describe('streams', () => {
  const place = new Place()
  afterAll(() => place[Symbol.dispose]())
  beforeAll(async () => {
    await place.record(async (scope) => {
      await recordShop(scope)
      for (let i = 0; i < 5000; i++) scope.span(`span ${i} ${'x'.repeat(200)}`, () => i)
    })
  })

  test('a reader that closes the pipe early ends the command quietly', async () => {
    expect(await runIntoHead(['query', place.directory, '--limit', '10000', '--ndjson'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    expect(await runIntoHead(['films', place.directory, '--limit', '10000'])).toMatchObject({ code: 0 })
  })

  test.runIf(existsSync('/dev/full'))('output that cannot be written is told in one line', async () => {
    const full = openSync('/dev/full', 'w')
    const { code, stderr } = await run(['films', place.directory], {}, full)
    closeSync(full)
    expect(code).toBe(4)
    expect(stderr).toContain('cinescope: the output cannot be written: ENOSPC')
    expect(stderr).not.toContain('    at ')
  })

  test('what is no terminal gets no escape, and no line is cut', async () => {
    const { stdout, stderr } = await run(['films', place.directory], { FORCE_COLOR: '1', COLUMNS: '20' })
    expect(stdout + stderr).not.toContain('\u001b')
    expect(stdout).not.toContain('…')
    expect(stdout).toContain('x'.repeat(200))
  })
})
