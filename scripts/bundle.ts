/**
 * Bundles what a recorded process loads, from sources into each package's `lib`: a hundred small files take several times as
 * long to load as a few, on the way to the program's first request. Types stay with tsc, in `dist`.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

/** Entry points by package: those of `exports`, and the threads of core. */
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  protocol: ['index'],
  core: ['index', 'adapter', 'reader', 'register', 'writer', 'reader-thread'],
  express: ['index', 'hook'],
}

const root = dirname(import.meta.dirname)

for (const [name, entries] of Object.entries(BUNDLES)) {
  const directory = join(root, 'packages', name)
  rmSync(join(directory, 'lib'), { recursive: true, force: true })
  await build({
    absWorkingDir: directory,
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outdir: 'lib',
    bundle: true,
    // what several entries share is loaded once: classes must be the same everywhere
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  })
}
