import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

interface Node {
  readonly depth: number
  readonly event: { readonly id: string; readonly kind: string; readonly name: string }
}

/** One server that is called from a span, records it, and calls itself once more. */
describe('causes on the command line', () => {
  const place = new Place()
  let films: { id: string; name: string }[] = []
  beforeAll(async () => {
    await place.record(
      async (scope) => {
        const server = createServer((request, response) => {
          const { port } = server.address() as AddressInfo
          if (request.url === '/inner') return void response.end('inner')
          void fetch(`http://127.0.0.1:${port}/inner`).then(async (inner) => response.end(await inner.text()))
        })
        await once(server.listen(0, '127.0.0.1'), 'listening')
        const { port } = server.address() as AddressInfo
        await scope.span('nightly \u001b[2J job', async () => (await fetch(`http://127.0.0.1:${port}/outer`)).text())
        server.closeAllConnections()
        server.close()
      },
      { sources: { 'http.server': true, undici: true } },
    )
    ;({ films } = (await json('films', place.directory, '--sort', 'time')) as { films: typeof films })
    films = films.filter(({ name }) => name.startsWith('GET') || name.startsWith('nightly'))
  })
  afterAll(() => place[Symbol.dispose]())

  test('`why` goes from an event down to its origin, and writes no escape of the recording to the terminal', async () => {
    const [job, outer, inner] = films.map(({ id }) => id)
    const { code, stdout, stderr } = await run(['why', inner!.slice(0, 8), place.directory])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} {2}request GET.*film ${inner}$`))
    expect(lines.map((line) => / {2}((?:in|by|remote) [\w.]+)/.exec(line)?.[1])).toEqual([
      undefined,
      'by client.request',
      'in request',
      'by client.request',
      'in span',
    ])
    expect(lines[2]).toContain(`film ${outer}`)
    expect(lines.at(-1)).toContain(`film ${job}`)
    expect(lines.at(-1)).toContain('nightly \\e[2J job')
  })

  test('`effects` goes from an event down to all that came of it; both tell what they read', async () => {
    const [job, outer, inner] = films.map(({ id }) => id)
    const { nodes } = (await json('effects', job!, place.directory)) as unknown as { nodes: Node[] }
    expect(nodes.map(({ event }) => event.id)).toEqual(expect.arrayContaining([job, outer, inner]))
    const { stdout, stderr } = await run(['effects', job!, place.directory, '--explain', '--depth', '1'])
    expect(stdout.split('\n')[1]).toMatch(/^\S+ {4}in client\.request/)
    expect(stderr).toMatch(/This is not all: \d+ events, cut by depth\n.*films by trace.*\nread \d+ of/)
    const told = await run(['effects', job!, place.directory, '--ndjson'])
    expect(
      told.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Node).event.id),
    ).toEqual(nodes.map(({ event }) => event.id))
  })

  test('`story` lists the films that led to each other, by time, with their causes', async () => {
    const [job, outer, inner] = films.map(({ id }) => id)
    const { code, stdout } = await run(['story', outer!, place.directory])
    const lines = stdout.trimEnd().split('\n').slice(1)
    expect(code).toBe(0)
    expect(lines.map((line) => line.slice(0, 16))).toEqual([job, outer, inner])
    expect(lines.map((line) => /(?:- *|\S+ \(\w+\))$/.exec(line)?.[0].trim())).toEqual([
      '-',
      `${job} (remote)`,
      `${outer} (remote)`,
    ])
    const cut = await run(['story', outer!, place.directory, '--limit', '1'])
    expect(cut.stderr).toMatch(/This is not all: 1 film, cut by limit/)
  })

  test('what is not there ends with 1, and what is no id is refused', async () => {
    for (const command of ['why', 'effects', 'story']) {
      const { code, stderr } = await run([command, '0123456789abcdef', place.directory])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/no (event|film) 0123456789abcdef/)])
      expect((await run([command, 'none', place.directory])).stderr).toMatch(/CSC_ERR_ID/)
    }
  })
})
