import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configurationPage, withOptions } from '../configuration.ts'

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

test('docs/configuration.md is what `npm run docs` makes of the table of options', () => {
  expect(read('docs/configuration.md')).toBe(configurationPage())
})

test('the table in packages/core/README.md is what `npm run docs` makes of the table of options', () => {
  const readme = read('packages/core/README.md')
  expect(readme).toBe(withOptions(readme))
})
