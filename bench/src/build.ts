/** The packages as users have them: built, without types to strip. Benches run these, never the sources. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Builds what the benches load; only what has changed. @throws Error when it does not compile */
export function buildPackages(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const manifest = JSON.parse(readFileSync(`${root}node_modules/typescript/package.json`, 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>
  }
  const compiler = `${root}node_modules/typescript/${manifest.bin['tsc']!}`
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-b', 'packages/protocol', 'packages/core', 'packages/express', 'packages/cli'],
    { cwd: root, stdio: 'inherit' },
  )
  if (status !== 0) throw new Error('the packages do not compile')
  const bundled = spawnSync(process.execPath, [`${root}scripts/bundle.ts`], { cwd: root, stdio: 'inherit' })
  if (bundled.status !== 0) throw new Error('the packages cannot be bundled')
}
