import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isTooOld, OLDEST_NODE } from '../src/node-version.ts'

test.each(['protocol', 'core', 'express', 'cli'])('the oldest Node is the one of packages/%s', (name) => {
  const text = readFileSync(new URL(`../../${name}/package.json`, import.meta.url), 'utf8')
  const manifest = JSON.parse(text) as { readonly engines: { readonly node: string } }
  expect(manifest.engines.node).toBe(`>=${OLDEST_NODE}`)
})

test('what is older is refused', () => {
  expect(['20.20.2', '22.14.9', '22.15.0', '24.0.0'].map(isTooOld)).toEqual([true, true, false, false])
})
