import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/main.ts'

const home = process.cwd()
const directory = mkdtempSync(join(tmpdir(), 'cinescope-mistaken-'))

beforeAll(() => process.chdir(directory))
afterAll(() => {
  process.chdir(home)
  rmSync(directory, { recursive: true })
})

/** What is said to a command line, and how it ends. */
async function said(...words: readonly string[]): Promise<[number, string]> {
  let text = ''
  const output = { write: (more: string) => (text += more) }
  const code = await main(words, { stdout: output, stderr: output, nowMs: Date.now() })
  return [code, text]
}

describe('a word that is taken for a PATH and leads nowhere', () => {
  test.each<[string, readonly string[], string]>([
    ['an expression', ['query', 'kind:control'], "cinescope query .cinescope 'kind:control'"],
    ['an expression', ['stats', 'user.id == 42'], "cinescope stats .cinescope 'user.id == 42'"],
    ['an expression', ['films', '"refund"'], `cinescope query .cinescope '"refund"'`],
    ['an expression', ['query', `name == "it's"`], String.raw`cinescope query .cinescope 'name == "it'\''s"'`],
    ['the key of an option', ['ctl', 'get', 'sample'], '`cinescope ctl get` shows them all'],
    ['a part of the reason, which needs quotes', ['ctl', 'keep', 'orders', 'hang'], "cinescope ctl keep 'orders hang'"],
    ['a part of the state', ['history', 'cart', 'ann', 'total'], 'cinescope history cart ann --of total'],
    ['a part of the state', ['state', 'cart', 'ann', 'items[0].n'], 'cinescope history cart ann --of items[0].n'],
    ['the id of a film', ['seek', '0e283414'], 'cinescope seek --film 0e283414'],
    ['the id of a film', ['top', '0e283414'], 'cinescope film 0e283414'],
  ])('that looks like %s is told how it is said: %j', async (what, words, how) => {
    const [code, text] = await said(...words)
    expect(code).toBe(3)
    expect(text).toContain(`, which looks like ${what}`)
    expect(text).toContain(`: ${how} [CSC_ERR_NO_RECORDING]`)
  })

  test.each([
    ['query', 'recordings/today.cine'],
    ['history', 'cart', 'ann', 'missing.cine'],
    ['history', 'cart', 'ann', 'there/total'],
    ['ctl', 'get', './sample'],
    ['films', 'elsewhere'],
  ])('that looks like a path is one: %s %s %s %s', async (...words) => {
    const [code, text] = await said(...words)
    expect([code, text]).toEqual([3, expect.stringContaining('there is nothing there')])
  })

  test('a file of that name is read', async () => {
    writeFileSync('0e283414', 'no recording')
    expect((await said('seek', '0e283414'))[1]).not.toContain('looks like')
  })
})
