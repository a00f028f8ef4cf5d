import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../src/main.ts'

const home = process.cwd()
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cinescope-path-'))
  process.chdir(directory)
})

afterEach(() => {
  process.chdir(home)
  rmSync(directory, { recursive: true })
  vi.unstubAllEnvs()
})

/** What is said where nothing is. */
async function films(): Promise<string> {
  let text = ''
  const stderr = { write: (more: string) => (text += more) }
  expect(await main(['films'], { stdout: stderr, stderr, nowMs: Date.now() })).not.toBe(0)
  return text
}

test('recordings are looked for where the environment says, else where a config file in JSON does', async () => {
  expect(await films()).toContain('no recording at .cinescope: ')
  writeFileSync('cinescope.config.json', JSON.stringify({ directory: 'in-file' }))
  expect(await films()).toContain('no recording at in-file: ')
  vi.stubEnv('CINESCOPE_DIRECTORY', 'in-environment')
  expect(await films()).toContain('no recording at in-environment: ')
  vi.stubEnv('CINESCOPE_DIRECTORY', '')
  for (const wrong of ['{', '[]', 'null', '{"directory":7}', '{"directory":""}', ' '.repeat(2 ** 21)]) {
    writeFileSync('cinescope.config.json', wrong)
    expect(await films()).toContain('no recording at .cinescope: ')
  }
})

test('a config file that is a program is told of, and not run', async () => {
  writeFileSync('cinescope.config.json', JSON.stringify({ directory: 'in-file' }))
  writeFileSync('cinescope.config.mjs', `import { writeFileSync } from 'node:fs'\nwriteFileSync('run', '')`)
  expect(await films()).toMatch(
    /no recording at \.cinescope: .*cinescope\.config\.mjs, which is not run here, may name another/,
  )
  expect(existsSync('run')).toBe(false)
})
