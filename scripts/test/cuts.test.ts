import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CUTS } from '../cut-list.ts'

const root = new URL('../../', import.meta.url)
const times = (text: string, file: string): number => readFileSync(new URL(file, root), 'utf8').split(text).length - 1

test.each(CUTS)('the text of the cut “$what” is in its file once', ({ from, file }) => {
  expect(times(from, file)).toBe(1)
})

test.each(CUTS)('the tests that must see the cut “$what” are there', ({ tests }) => {
  expect(tests.filter((file) => !existsSync(new URL(file, root)))).toEqual([])
})
