import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openRecording } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'

const runFile = promisify(execFile)
const source = (name: string): string => pathToFileURL(join(import.meta.dirname, '../../src', name)).href
const PRELOAD = ['--import', source('register.ts')]

/** A directory with a program in it, and what else it is given. */
class Project implements Disposable {
  readonly #directory = temporaryDirectory()

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#directory.path, name), text)
  }

  async run(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const { NODE_OPTIONS: _flags, CINESCOPE_DISABLED: _off, ...env } = process.env
    const options = { cwd: this.#directory.path, env: { ...env, ...variables } }
    return runFile(process.execPath, ['--conditions=@cinescope/source', ...args], options)
  }

  recordings(name = '.cinescope'): string {
    return join(this.#directory.path, name)
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]()
  }
}

async function lines(directory: string): Promise<readonly unknown[]> {
  await using recording = openRecording(directory)
  const { items } = await recording.events({ where: { kinds: ['log'] } })
  return items.map(({ value }) => value)
}

describe('a program that says nothing of Cinescope', () => {
  const PROGRAM = { 'app.mjs': "console.log('ran')" }

  it('is recorded as its config file says, but for what the environment does', async () => {
    const config = "export default { directory: 'films', service: 'by file', sources: { dns: false } }"
    using project = new Project({ ...PROGRAM, 'cinescope.config.mjs': config })
    const { stderr } = await project.run([...PRELOAD, 'app.mjs'], { CINESCOPE_SERVICE: 'by environment' })
    expect(stderr).toBe('')
    await using recording = openRecording(project.recordings('films'))
    const { process: recorded, hooks } = await recording.status()
    expect(recorded.service).toBe('by environment')
    const state = (name: string) => hooks.find((hook) => hook.name === name)?.state
    expect([state('dns'), state('net'), state('http.server')]).toEqual(['off', 'active', 'active'])
  })

  it.each([
    ['a file that throws', 'throw new Error("no")', {}, 'CSC_ERR_CONFIG', 'cannot be loaded in line 1: Error: no.'],
    ['a misspelt option', 'export default { sorces: true }', {}, 'CSC_ERR_OPTION', "did you mean 'sources'?"],
    [
      'a wrong variable',
      'export default {}',
      { CINESCOPE_STORE: 'x' },
      'CSC_ERR_OPTION',
      "must be 'sqlite' or 'memory'",
    ],
    ['a named file that is not there', '', { CINESCOPE_CONFIG: 'x.js' }, 'CSC_ERR_CONFIG', 'x.js does not exist'],
    ['a file that never ends', 'await new Promise(() => {})', {}, 'CSC_ERR_CONFIG', 'was not loaded after 5 s'],
  ])('runs on unrecorded after %s, and one line says so', async (_, config, variables, code, why) => {
    using project = new Project({ ...PROGRAM, 'cinescope.config.mjs': config })
    const { stdout, stderr } = await project.run([...PRELOAD, 'app.mjs'], variables)
    expect(stdout).toBe('ran\n')
    expect(stderr).toMatch(new RegExp(`^cinescope: ${code}: nothing is recorded, the program runs on: .*\\n$`))
    expect(stderr).toContain(why)
    expect(existsSync(project.recordings())).toBe(false)
  })

  it('runs on in a directory that has been removed', async () => {
    using project = new Project({ 'app.mjs': "console.log('ran')" })
    const gone = project.recordings('gone')
    mkdirSync(gone)
    const program = project.recordings('app.mjs')
    const node = [process.execPath, '--conditions=@cinescope/source', ...PRELOAD, program]
    const script = `cd '${gone}' && rmdir '${gone}' && ${node.map((word) => `'${word}'`).join(' ')}`
    const { stdout, stderr } = await runFile('/bin/sh', ['-c', script])
    expect(stdout).toBe('ran\n')
    expect(stderr).toMatch(/^cinescope: CSC_ERR_START: nothing is recorded, the program runs on: ENOENT.*\n$/)
  })

  it('is recorded all the same where a variable does not exist, and one line says so', async () => {
    using project = new Project(PROGRAM)
    const { stdout, stderr } = await project.run([...PRELOAD, 'app.mjs'], { CINESCOPE_DIRECTROY: 'x' })
    expect(stdout).toBe('ran\n')
    expect(stderr).toMatch(/^cinescope: CSC_ERR_OPTION: .*did you mean CINESCOPE_DIRECTORY\?\n$/)
    expect(existsSync(project.recordings())).toBe(true)
  })
})

describe('a thread that joins a recording', () => {
  const CONFIG = `
    process.stdout.write('read ')
    export default { values: { maxStringLength: 4 }, sources: { console: true } }`

  it('is recorded as the file says, and does not read it again, with the preload', async () => {
    const program = `
      import { isMainThread, Worker } from 'node:worker_threads'
      console.log(isMainThread ? 'a long line' : 'another line')
      if (isMainThread) new Worker(new URL(import.meta.url))`
    using project = new Project({ 'app.mjs': program, 'cinescope.config.mjs': CONFIG })
    const { stdout, stderr } = await project.run([...PRELOAD, 'app.mjs'])
    expect([stderr, stdout]).toEqual(['', 'read a long line\nanother line\n'])
    const told = (await lines(project.recordings())).map((value) => JSON.stringify(value))
    expect(told.filter((text) => text.includes('anot') && !text.includes('another'))).toHaveLength(1)
  })

  it('is recorded as the file says, and does not read it again, by createScope', async () => {
    const program = `
      import { once } from 'node:events'
      import { isMainThread, Worker } from 'node:worker_threads'
      import { createScope } from '${source('index.ts')}'
      const scope = await createScope({ sources: false, values: { maxWidth: 2 } })
      if (isMainThread) await once(new Worker(new URL(import.meta.url)), 'exit')
      else scope.log('said', { text: 'long enough', more: 1 })
      await scope.stop()`
    using project = new Project({ 'app.mjs': program, 'cinescope.config.mjs': CONFIG })
    const { stdout, stderr } = await project.run(['app.mjs'])
    expect([stderr, stdout]).toEqual(['', 'read '])
    const [said] = await lines(project.recordings())
    const text = JSON.stringify(said)
    expect([text.includes('long'), text.includes('long enough'), text.includes('more')]).toEqual([true, false, false])
  })
})
