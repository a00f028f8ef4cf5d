import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLayers } from '../layers.ts'

/** Writes a tree of sources into a temporary directory and checks it; one line `file:line rule` for each violation. */
function check(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'cinescope-layers-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      const workspace = /^(?:packages|internal|examples)\/[^/]+|^bench/.exec(file)?.[0] ?? ''
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
      writeFileSync(join(root, workspace, 'package.json'), '{}')
    }
    return checkLayers(root).map(({ file, line, rule }) => `${file}:${line} ${rule}`)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const A = 'export const a = 1\n'

test('imports that go down are accepted', () => {
  expect(
    check({
      'packages/protocol/src/index.ts': `export { a } from './a.ts'\nexport type { A } from './a.ts'\n`,
      'packages/protocol/src/a.ts': A,
      'packages/core/src/ring/ring.ts': `import { a } from '@cinescope/protocol'\nimport { b } from './b.ts'\n`,
      'packages/core/src/ring/b.ts': A,
      'packages/core/src/capture/span.ts': `import { readFileSync } from 'node:fs'\nimport { a } from '../ring/b.ts'\n`,
      'packages/core/src/adapter.ts': `export { a } from './capture/span.ts'\n`,
      'packages/core/src/scope.ts': `import { a } from './adapter.ts'\nimport type { b } from './capture/span.ts'\n`,
      'packages/core/src/index.ts': `// the surface\nexport { a } from './scope.ts'\n`,
      'packages/express/src/index.ts': `export { a } from './a.ts'\n`,
      'packages/express/src/a.ts': `import { a } from '@cinescope/core/adapter'\nimport type { A } from '@cinescope/protocol'\nimport type { Request } from 'express'\n`,
      'packages/cli/src/bin.ts': `import { a } from '@cinescope/core'\nimport { b } from '@cinescope/core/reader'\n`,
      'packages/express/test/a.test.ts': `import { a } from '../src/a.ts'\nimport { b } from '@cinescope/core'\nimport { c } from '@cinescope/testkit'\n`,
      'bench/src/main.ts': `import { a } from '@cinescope/express'\n`,
    }),
  ).toEqual([])
})

test('an import of a higher floor is refused with its file and line', () => {
  const found = check({
    'packages/core/src/ring/ring.ts': `// ring\nimport { a } from '../store/store.ts'\n`,
    'packages/core/src/store/store.ts': A,
  })
  expect(found).toEqual([
    "packages/core/src/ring/ring.ts:2 '../store/store.ts': core/ring lies below core/store: imports go down only",
  ])
})

test('siblings on one floor are refused, also for types', () => {
  const found = check({
    'packages/core/src/ingest/decode.ts': `import type { a } from '../correlate/step.ts'\n`,
    'packages/core/src/correlate/step.ts': A,
  })
  expect(found).toEqual([
    "packages/core/src/ingest/decode.ts:1 '../correlate/step.ts': core/ingest and core/correlate are siblings on one floor",
  ])
})

test('the adapter surface cannot reach the store', () => {
  const found = check({
    'packages/core/src/adapter.ts': `export { a } from './store/store.ts'\n`,
    'packages/core/src/store/store.ts': A,
  })
  expect(found).toEqual([
    "packages/core/src/adapter.ts:1 './store/store.ts': core/adapter may import only base, options, ring, value, capture",
  ])
})

test.each([
  ['packages/protocol/src/a.ts', `import { hostname } from 'node:os'`, 'has no run-time dependency'],
  ['packages/protocol/src/a.ts', `import { a } from '@cinescope/core'`, 'may import nothing of the family'],
  ['packages/core/src/base/a.ts', `import pino from 'pino'`, 'has no run-time dependency but node: modules'],
  ['packages/express/src/a.ts', `import { a } from '@cinescope/core'`, 'may import only @cinescope/core/adapter'],
  ['packages/express/src/a.ts', `import { type A } from '@cinescope/protocol'`, 'may import its types only'],
  ['packages/express/src/a.ts', `import { a } from '../../core/src/a.ts'`, 'never leaves its workspace'],
  ['packages/express/src/a.ts', `const a = await import('@cinescope/cli')`, 'may import only'],
  ['packages/express/src/a.ts', `import { a } from '../test/a.ts'`, 'nothing outside src'],
  ['packages/cli/src/a.ts', `import { a } from '@cinescope/testkit'`, 'may import only'],
  ['bench/src/a.ts', `import { a } from '@cinescope/core/src/a.ts'`, 'only the published surface'],
  ['packages/core/src/misc/a.ts', A, 'core/misc is on no floor'],
  ['packages/unknown/src/a.ts', A, 'has no row in the table'],
  ['packages/core/src/base/a.ts', `export * from './b.ts'`, 'no `export *`'],
  ['packages/core/src/index.ts', A, 'nothing but `export ... from`'],
])('%s refuses %s', (file, text, rule) => {
  const found = check({ [file]: `${text}\n` })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(new RegExp(`^${RegExp.escape(`${file}:1 `)}.*${RegExp.escape(rule)}`))
})

test('a cycle of values is refused, one closed by a type is not', () => {
  const files = { 'packages/core/src/base/a.ts': `import { b } from './b.ts'\n`, 'packages/core/src/base/b.ts': '' }
  expect(check({ ...files, 'packages/core/src/base/b.ts': `import type { a } from './a.ts'\n` })).toEqual([])
  expect(check({ ...files, 'packages/core/src/base/b.ts': `\nimport { a } from './a.ts'\n` })).toEqual([
    'packages/core/src/base/b.ts:2 a cycle of values: packages/core/src/base/a.ts -> packages/core/src/base/b.ts -> packages/core/src/base/a.ts',
  ])
})

test('text that only looks like an import is none', () => {
  const lookalikes = [
    `// import { a } from '../store/a.ts'`,
    `/* import { a } from '../store/a.ts' */`,
    `const text = "import { a } from '../store/a.ts'"`,
    'const template = `${`import { a } from "../store/a.ts"`} import "../store/a.ts"`',
    `const quote = /['"\`/]/.test(text) ? text / 2 : 1`,
    `const url = new URL('../store/a.ts', import.meta.url)`,
    `export const from = (value: string) => value`,
    `export { text, template }`,
  ]
  expect(check({ 'packages/core/src/base/a.ts': `${lookalikes.join('\n')}\n` })).toEqual([])
})

test('an import after awkward text is still seen', () => {
  const text = 'const re = /[`\'"]/g\nconst x = `a${{ b: `}` }.b}`\nimport {\n  a, // from\n} from\n  "../store/a.ts"\n'
  expect(check({ 'packages/core/src/base/a.ts': text })).toEqual([
    "packages/core/src/base/a.ts:3 '../store/a.ts': core/base lies below core/store: imports go down only",
  ])
})
