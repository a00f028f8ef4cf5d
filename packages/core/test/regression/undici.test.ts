import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../store/directory.ts'

const UNDICI = 'NativeModule internal/deps/undici/undici'
/** Records with everything that a process tells of itself, and tells what Node has loaded. */
const PROGRAM = `
  const { createScope } = await import('@cinescope/core')
  const scope = await createScope({ config: false })
  console.log(JSON.stringify(process.moduleLoadList))
  await scope.stop()
`

it('a recorded program loads undici only where it does so itself', () => {
  using directory = temporaryDirectory()
  const load = (program: string): readonly string[] => {
    const args = ['--conditions=@cinescope/source', '--input-type=module', '--eval', program]
    const env = { ...process.env, CINESCOPE_DIRECTORY: directory.path }
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname, env })
    return JSON.parse(stdout) as readonly string[]
  }
  expect(load(PROGRAM)).not.toContain(UNDICI)
  // it would be seen there
  expect(load(`await fetch('data:,')\n${PROGRAM}`)).toContain(UNDICI)
})
