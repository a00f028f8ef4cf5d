import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRecording } from '@cinescope/core/reader'
import { foundIn } from './canaries.ts'
import { outcomeOf, startProgram, type TemporaryDirectory, temporaryDirectory } from './programs.ts'

let directory: TemporaryDirectory
let path: string
let secrets: ReadonlyMap<string, string>
let plain: string
/** Bytes by where they were taken from. */
const taken = new Map<string, Uint8Array>()

beforeAll(async () => {
  directory = await temporaryDirectory()
  const child = startProgram('secrets', [directory.path], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  child.stderr?.on('data', (text) => (output += String(text)))
  const lines = createInterface({ input: child.stdout! })
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'close').then(() => [output])])) as [string]
  const told = JSON.parse(line) as { secrets: [string, string][]; plain: string; path: string }
  secrets = new Map(told.secrets)
  ;({ plain, path } = told)
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    taken.set(`live ${name.slice(path.length - 5)}`, readFileSync(name))
  child.stdin?.write('\n')
  await once(child, 'close')
  taken.set('what the program itself printed', Buffer.from(output))
  taken.set('the recording', readFileSync(path))
  taken.set('expanded', expanded())
}, 60_000)

afterAll(() => directory[Symbol.asyncDispose]())

/** Every block of the recording, expanded. */
function expanded(): Uint8Array {
  using database = new DatabaseSync(path, { readOnly: true })
  const blocks = [
    ...database.prepare('SELECT codec, columns AS data FROM segment').all(),
    ...database.prepare('SELECT codec, data FROM page').all(),
  ]
  const expand = ({ codec, data }: Record<string, unknown>): Uint8Array =>
    codec === 1 ? zstdDecompressSync(data as Uint8Array) : (data as Uint8Array)
  return Buffer.concat(blocks.map(expand))
}

describe('secrets end to end', () => {
  it('the search finds what is there', () => {
    expect(secrets.size).toBeGreaterThan(500)
    expect(Buffer.from(taken.get('expanded')!).includes(plain)).toBe(true)
    const [place, secret] = [...secrets][3]!
    for (const bytes of [
      `a${secret}`,
      secret.slice(0, 9),
      Buffer.from(secret, 'utf16le'),
      Buffer.from(`x:${secret}`).toString('base64'),
    ])
      expect(foundIn(Buffer.from(bytes as string), secrets)).toEqual([place])
  })

  it('no byte of a recording holds one, live or closed, as stored or expanded', () => {
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(Object.fromEntries(Array.from(taken, ([where, bytes]) => [where, foundIn(bytes, secrets)]))).toEqual(
      Object.fromEntries(Array.from(taken.keys(), (where) => [where, []])),
    )
  })

  it('no output of the command holds one, in any format', async () => {
    await using recording = openRecording(path)
    const films = await recording.films({ limit: 100 })
    const formats = [[], ['--json'], ['--ndjson']]
    const commands = [
      ...films.items.flatMap(({ id }) => [['film', id, path]]),
      ['films', path],
      ['query', path, '--limit', '10000'],
      ['ledger', path],
      ['doctor', path],
    ]
    const lines = formats.flatMap((format) => commands.map((command) => JSON.stringify([...command, ...format])))
    const child = startProgram('commands', [], { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin?.end(lines.join('\n'))
    const { stdout, stderr, code } = await outcomeOf(child, 60_000)
    const output = Buffer.from(stdout + stderr)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(output.includes(plain)).toBe(true)
    expect(foundIn(output, secrets)).toEqual([])
  }, 120_000)
})
