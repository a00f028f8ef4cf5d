/**
 * Bundles what a recorded process loads, from sources into each package's `lib`: a hundred small files take several times as
 * long to load as a few, on the way to the program's first request. Types stay with tsc, in `dist`.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

interface Bundle {
  readonly name: string
  /** Entry points that are loaded by one thread: what they share is loaded once, as classes must be the same everywhere. */
  readonly entries: readonly string[]
  /** With the packages they import, of which no other code in their thread has use. */
  readonly isWhole?: boolean
}

/** Those of `exports`, and the threads of core. */
const BUNDLES: readonly Bundle[] = [
  { name: 'protocol', entries: ['index'] },
  { name: 'core', entries: ['index', 'adapter', 'reader', 'register'] },
  { name: 'core', entries: ['writer'], isWhole: true },
  { name: 'core', entries: ['reader-thread'], isWhole: true },
  { name: 'express', entries: ['index', 'hook'] },
]

const root = dirname(import.meta.dirname)

for (const { name } of BUNDLES) rmSync(join(root, 'packages', name, 'lib'), { recursive: true, force: true })
for (const { name, entries, isWhole } of BUNDLES)
  await build({
    absWorkingDir: join(root, 'packages', name),
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outdir: 'lib',
    bundle: true,
    splitting: true,
    packages: isWhole === true ? 'bundle' : 'external',
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    // a third less to read before the first request; names stay, and lines are short enough to step through
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  })
