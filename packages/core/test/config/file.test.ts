import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findConfigFile } from '../../src/config/find-file.ts'
import { readConfigFile } from '../../src/config/read-file.ts'
import { settle } from '../../src/config/settle.ts'
import { createScope } from '../../src/scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

const runFile = promisify(execFile)
const home = process.cwd()
let directory: ReturnType<typeof temporaryDirectory>
let path: string

beforeEach(() => {
  directory = temporaryDirectory()
  process.chdir(directory.path)
  path = realpathSync(directory.path)
})

afterEach(() => {
  process.chdir(home)
  directory[Symbol.dispose]()
  vi.restoreAllMocks()
})

/** Writes it and gives its path. */
function file(name: string, text: string): string {
  writeFileSync(name, text)
  return join(path, name)
}

interface Read {
  readonly options?: object
  readonly message: string
}

async function asNodeReads(paths: readonly string[]): Promise<readonly [Read, ...Read[]]> {
  const host = fileURLToPath(new URL('./read-host.ts', import.meta.url))
  const { stdout } = await runFile(process.execPath, ['--conditions=@cinescope/source', host, ...paths])
  return JSON.parse(stdout)
}

describe('a config file', () => {
  it.each([
    ['cinescope.config.js', 'module.exports = { maxBytes: 2000000 }'],
    ['cinescope.config.mjs', 'export default { maxBytes: 2000000 }'],
    ['cinescope.config.cjs', 'module.exports = { maxBytes: 2000000 }'],
    [
      'cinescope.config.cjs',
      "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { maxBytes: 2000000 }",
    ],
    ['cinescope.config.ts', 'const maxBytes: number = 2000000\nexport default { maxBytes } satisfies object'],
    ['cinescope.config.json', '\uFEFF{ "maxBytes": 2000000 }'],
  ])('%s of the working directory is read: %s', async (name, text) => {
    const written = file(name, text)
    expect(findConfigFile(true)).toBe(written)
    const { settings } = await settle({ code: {}, environment: {}, program: undefined })
    expect(settings.maxBytes).toBe(2_000_000)
    expect(await asNodeReads([written])).toEqual([{ options: { maxBytes: 2_000_000 } }])
  })

  it('of docs/configuration.md is read', async () => {
    const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')
    const example = /<!-- example: config -->\n```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const [{ options }] = await asNodeReads([file('cinescope.config.ts', example)])
    expect(options).toMatchObject({ service: 'orders', redaction: { names: ['plate'] } })
  })

  it('is the first of those that are there, none, or the one that is named', async () => {
    expect(findConfigFile(true)).toBeUndefined()
    file('cinescope.config.json', '{ "service": "json" }')
    file('cinescope.config.js', 'module.exports = { service: "js" }')
    file('other.json', '{ "service": "other" }')
    const service = async (config: string | boolean | undefined, environment = {}) => {
      const code = config === undefined ? {} : { config }
      return (await settle({ code, environment, program: '/a/program.js' })).settings.service
    }
    expect(await service(undefined)).toBe('js')
    expect(await service(true)).toBe('js')
    expect(await service(false)).toBe('program.js')
    expect(await service('other.json')).toBe('other')
    expect(await service(false, { CINESCOPE_CONFIG: './other.json' })).toBe('other')
    expect(await service('other.json', { CINESCOPE_CONFIG: '0' })).toBe('program.js')
  })

  it('is not looked at where nothing is recorded', async () => {
    file('cinescope.config.json', 'nonsense')
    for (const [code, environment] of [
      [{ enabled: false }, {}],
      [{}, { CINESCOPE_DISABLED: '1' }],
      [{ enabled: true }, { CINESCOPE_ENABLED: 'false' }],
    ] as const)
      expect((await settle({ code, environment, program: undefined })).settings.enabled).toBe(false)
    await expect(settle({ code: {}, environment: {}, program: undefined })).rejects.toThrow('is not JSON')
  })
})

/** Name, text, and what is told of it. */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['a.mjs', 'export default {\n  ring: {', /cannot be loaded: SyntaxError: .*; `node --check .*a\.mjs` tells the line/],
  ['b.cjs', 'module.exports = {\n  ring: }', /cannot be loaded in line 2: SyntaxError: /],
  [
    'c.mjs',
    '\n\nexport default { maxBytes: limit }',
    /cannot be loaded in line 3: ReferenceError: limit is not defined/,
  ],
  ['p.mjs', 'throw new Error("two\\n  lines")', /cannot be loaded in line 1: Error: two lines\. /],
  ['d.mjs', 'throw "words"', /cannot be loaded: it threw no error/],
  ['e.mjs', 'import "./not-there.js"', /cannot be loaded: Error: Cannot find module .*not-there\.js/],
  ['f.ts', 'enum A { b }\nexport default {}', /cannot be loaded in line 1: SyntaxError: .* enum /],
  ['g.json', '{\n  "maxBytes": 5,\n}', /is not JSON: .*line 3/],
  ['h.json', '[]', /has a list as its value; it must be an object of options/],
  ['i.json', 'null', /has null as its value/],
  ['j.mjs', 'export const maxBytes = 5', /has no default export; it must have `export default/],
  ['k.mjs', 'export default () => ({})', /has a function as its default export; it must be an object of options/],
  ['l.mjs', 'export default Promise.resolve({})', /has an object of a class as its default export/],
  ['m.mjs', 'export default new Map()', /has an object of a class as its default export/],
  ['o.yaml', 'maxBytes: 5', /must end in \.js, \.mjs, \.cjs, \.ts, \.json/],
]

describe('a config file that holds no options', () => {
  it('is refused, in one line that names it, says why and what to do', async () => {
    const written = REFUSED.map(([name, text]) => file(name, text))
    const told = await asNodeReads(written)
    for (const [index, [, , why]] of REFUSED.entries()) {
      const message = expect.stringMatching(why) as unknown
      expect(told[index]).toEqual({ code: 'CSC_ERR_CONFIG', message })
      expect(told[index]!.message).toContain(`the config file ${written[index]} `)
      expect(told[index]!.message).toMatch(/^[^\n]*\. Correct it, or set CINESCOPE_CONFIG=false to go without$/)
    }
  })

  it('that is not there, or is a directory, is refused', async () => {
    await expect(readConfigFile(join(path, 'none.js'))).rejects.toThrow(/none\.js does not exist/)
    mkdirSync('some.js')
    await expect(readConfigFile(join(path, 'some.js'))).rejects.toThrow(/some\.js is a directory/)
  })

  it('that never ends is not begun: a pipe, a device, one of megabytes', async () => {
    execFileSync('mkfifo', ['pipe.json', 'pipe.mjs'])
    symlinkSync('/dev/zero', 'zero.json')
    writeFileSync('large.json', ' '.repeat(2_000_000))
    for (const name of ['pipe.json', 'pipe.mjs', 'zero.json'])
      await expect(readConfigFile(join(path, name))).rejects.toThrow(/ is no file\. Correct it/)
    await expect(readConfigFile(join(path, 'large.json'))).rejects.toThrow(/large\.json has 2000000 bytes; it may have/)
  })

  it.each([
    ['{ "maxBites": 5 }', ": config has no option 'maxBites'; did you mean 'maxBytes'?"],
    ['{ "ring": { "records": 65 } }', ': config.ring.records is 65; it must be a power of two from 64 to 4194304'],
    ['{ "config": "b.json" }', ': config.config cannot be set in a file; set it in code or by CINESCOPE_CONFIG'],
    ['{ "__proto__": { "enabled": false } }', ": config has no option '__proto__'; allowed are enabled, "],
  ])('with the options %s is refused as createScope would refuse them', async (text, message) => {
    const written = file('a.json', text)
    await expect(createScope({ config: 'a.json' })).rejects.toMatchObject({
      code: 'CSC_ERR_OPTION',
      message: expect.stringContaining(written + message),
    })
  })
})
