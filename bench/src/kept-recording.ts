/** Generated recordings, kept between runs until anything changes that makes or stores them. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A generated recording and the file with the facts about it. */
export interface KeptRecording {
  readonly path: string
  readonly factsPath: string
}

/** The recording of a name; `generate` makes it at a path and gives what is known about it because it was made so. */
export async function keptRecording(name: string, generate: (path: string) => Promise<object>): Promise<KeptRecording> {
  const directory = join(tmpdir(), 'cinescope-bench')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const base = `${name}-${versionOfGenerator()}`
  const path = join(directory, `${base}.cine`)
  const factsPath = join(directory, `${base}.json`)
  if (!existsSync(factsPath) || !existsSync(path)) {
    for (const old of readdirSync(directory))
      if (old.startsWith(`${name}-`)) rmSync(join(directory, old), { force: true })
    const facts = await generate(`${path}.part`)
    renameSync(`${path}.part`, path)
    writeFileSync(factsPath, JSON.stringify(facts))
  }
  return { path, factsPath }
}

/** Hash of the code behind the recordings: the built packages, and the traffic. */
function versionOfGenerator(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const built = ['packages/protocol/dist', 'packages/core/dist'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(root, directory, name)),
  )
  const own = ['traffic.ts', 'insides.ts', 'big-recording.ts', 'text-recording.ts', 'state-recording.ts'].map((name) =>
    join(import.meta.dirname, name),
  )
  const hash = createHash('sha256')
  for (const path of [...built.toSorted(), ...own]) hash.update(readFileSync(path))
  return hash.digest('hex').slice(0, 12)
}
