import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

test('the example of the README prints what it says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const example = /<!-- example -->\n```ts\n([^]*?)```/.exec(readme)?.[1] ?? ''
  const promised = [...example.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
  const directory = await mkdtemp(join(tmpdir(), 'cinescope-readme-'))
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
    const running = promisify(execFile)(
      process.execPath,
      [
        '--conditions=@cinescope/source',
        '--input-type=module-typescript',
        '--disable-warning=ExperimentalWarning',
        '-',
      ],
      { cwd: directory, timeout: 15_000 },
    )
    running.child.stdin?.end(example)
    const { stdout } = await running
    expect(promised).not.toEqual([])
    expect(stdout.trimEnd().split('\n')).toEqual(promised)
  } finally {
    await rm(directory, { recursive: true })
  }
})
