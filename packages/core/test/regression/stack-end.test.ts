import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it('a program that catches the end of its stack lives on, however many spans it was in', async () => {
  const host = fileURLToPath(new URL('stack-end-host.ts', import.meta.url))
  const { stdout, stderr } = await run(process.execPath, ['--conditions=@cinescope/source', host])
  expect({ stdout, stderr }).toEqual({ stdout: '{"isInside":false}', stderr: '' })
})
