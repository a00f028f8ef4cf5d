import { existsSync, readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { TotalsReporter } from './scripts/totals-reporter.ts'

// Vite hands these conditions on to Node as --conditions; `import` or `default` listed here would make
// require() inside CommonJS dependencies load ES modules. So: the source condition and nothing else.
const conditions = ['@cinescope/source']

/** Every workspace that has a test directory is a project, and inherits this file. */
function testedWorkspaces(): readonly string[] {
  const nested = ['packages', 'internal', 'examples'].flatMap((parent) =>
    readdirSync(parent).map((name) => `${parent}/${name}`),
  )
  return [...nested, 'bench', 'scripts'].filter((root) => existsSync(`${root}/test`))
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', new TotalsReporter()],
    projects: [
      ...testedWorkspaces().map((root) => ({
        extends: true as const,
        root,
        test: { name: root.replace(/^(packages|internal|examples)\//, ''), include: ['test/**/*.test.ts'] },
      })),
      // the adapter's tests once more, on the older version
      {
        extends: true as const,
        root: 'packages/express',
        resolve: { conditions, alias: { express: 'express4' } },
        test: {
          name: 'express-4',
          include: ['test/*.test.ts'],
          exclude: ['test/old-router.test.ts'],
          env: { EXPRESS_MAJOR: '4' },
        },
      },
    ],
  },
})
