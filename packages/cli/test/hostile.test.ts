import { describe, expect, test } from 'vitest'
import { Place, run } from './cli.ts'

/** Clears the screen, sets the title, 8-bit CSI, backspaces, turns text around, hides it, and breaks lines. */
const EVIL = 'evil\u001b[2J\u001b]0;title\u0007\u009b31m\b\b\r\u202egnp.exe\u200b\u2028\ud800\u0000 end'
// oxlint-disable-next-line no-control-regex -- that is what must not be there; line feeds are ours
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

describe('control characters of a recording', () => {
  test('reach neither stdout nor stderr, whatever is asked and however', async () => {
    using place = new Place()
    await place.record(
      async (scope) => {
        scope.span(`name ${EVIL}`, () => {
          scope.current()?.set(`key ${EVIL}`, `value ${EVIL}`)
          scope.log(`message ${EVIL}`, { [`k${EVIL}`]: [EVIL, new Map([[EVIL, EVIL]]), new Error(EVIL)] })
          scope.entity(`kind ${EVIL}`, `id ${EVIL}`).snapshot({ [EVIL]: EVIL })
          return EVIL
        })
        await scope
          .span('failing', async () =>
            Promise.reject(Object.assign(new Error(EVIL, { cause: EVIL }), { code: EVIL, stack: `at ${EVIL}` })),
          )
          .catch(() => undefined)
      },
      { service: `service ${EVIL}` },
    )
    const { stdout } = await run(['films', place.directory, '--ndjson'])
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id)
    const thrown = await run(['query', place.directory, '--kind', 'error', '--ndjson'])
    const error = /"id":"([0-9a-f]{16})"/.exec(thrown.stdout)?.[1]
    const commands = [
      ['films'],
      ['query'],
      ['query', '--explain', '--site', EVIL.replaceAll('\u0000', '')],
      ['ledger'],
      ['tail'],
      ['tail', '-f', '--newest', '--json'],
      ['top', '--once'],
      ['doctor'],
      ...ids.flatMap((id) => [
        ['film', id],
        ['film', id, '--values'],
      ]),
      ['stats', '--by', 'site'],
      ['stats', '--by', 'site', '--histogram'],
      ['stats', '--by', 'site', '--histogram', '--per', '1s'],
      ['timeline'],
      ['stats', '--by', `attribute:key ${EVIL}`.replaceAll('\u0000', ''), '--explain'],
      ['diff', ids[0] ?? '', ids[1] ?? ''],
      ['why', error ?? ''],
      ['effects', ids[0] ?? ''],
      ['story', ids[0] ?? ''],
      ['sequence', '* -> *'],
      ['state', 'kind', 'id'],
    ]
    for (const command of commands) {
      const lines = [[], ['--json'], ['--ndjson']].map((format) => [...command, place.directory, ...format])
      for (const { stdout: out, stderr } of await Promise.all(lines.map((line) => run(line)))) {
        const raw = RAW.exec(out) ?? RAW.exec(stderr)
        expect({ command, raw: raw?.[0].codePointAt(0)?.toString(16) }).toEqual({ command, raw: undefined })
      }
    }
    const film = await run(['film', ids.at(-1) ?? '', place.directory, '--values'])
    expect(film.stdout).toContain('name evil\\e[2J\\e]0;title\\x07\\x9b31m\\x08\\x08\\r\\u{202e}gnp.exe')
  }, 120_000)

  test('stay what they are in JSON', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('evil', () => EVIL))
    const { stdout } = await run(['query', place.directory, '--ndjson'])
    expect((JSON.parse(stdout) as { result: string }).result).toBe(EVIL)
  })
})
