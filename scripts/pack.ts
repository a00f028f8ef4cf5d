/** Checks each published package as it would be published: publint and "are the types wrong" on its tarball. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { capture } from './npm.ts'
import { type PackedPackage, packAll } from './tarballs.ts'

const ATTW = join(dirname(import.meta.dirname), 'node_modules/@arethetypeswrong/cli/dist/index.js')

/** What publint finds in the tarball, one line each. */
async function lintTarball({ tarball }: PackedPackage): Promise<readonly string[]> {
  const bytes = readFileSync(tarball)
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

/** What attw finds in the tarball; a package that is a command only has no types to be wrong. */
function checkTypes({ tarball, directory, isImportable }: PackedPackage): readonly string[] {
  if (!isImportable) return []
  const args = [ATTW, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']
  try {
    capture(process.execPath, args, { cwd: directory })
    return []
  } catch (error) {
    return [`attw: ${error instanceof Error ? error.message : String(error)}`]
  }
}

const directory = mkdtempSync(join(tmpdir(), 'cinescope-pack-'))
try {
  for (const each of packAll(directory)) {
    const problems = [...(await lintTarball(each)), ...checkTypes(each)]
    for (const problem of problems) console.error(`${each.name}: ${problem}`)
    if (problems.length === 0) console.log(`${each.name}: ok, ${readFileSync(each.tarball).length} bytes packed`)
    else process.exitCode = 1
  }
} finally {
  rmSync(directory, { recursive: true })
}
