import { execFileSync, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BIN, Place, run } from './cli.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) console.warn('tmux is not here: stepping at a terminal is not tested')

/** An order that is made and paid inside of two spans. */
async function recordOrder(place: Place): Promise<void> {
  await place.record((scope) => {
    const order = { status: 'new', note: 'a note that is long enough for a patch' }
    const entity = scope.entity('order', 17)
    scope.span('outer', () => {
      entity.snapshot(order)
      scope.span('inner', () => {
        order.status = 'paid'
        entity.snapshot(order)
      })
    })
  })
}

describe('cinescope seek', () => {
  test('prints the frame it was told to go to', async () => {
    using place = new Place()
    await recordOrder(place)
    const { stdout, code } = await run(['seek', place.directory, '--forward', '3'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\S+ \S+ {2}• order 17 {2}state.patch\n {2}\{ status: 'paid' \}\n\nunder way: 2\n/)
    expect(stdout).toMatch(/\n {2}outer {2}span .*\n {4}inner {2}span /)
    expect(stdout).toContain("order 17  { status: 'paid', note: 'a note that is long enough for a patch' }")
    const last = JSON.parse((await run(['seek', place.directory, '--end', '--back', '1', '--json'])).stdout) as unknown
    expect(last).toMatchObject({ phase: 'end', event: { name: 'inner' }, openCount: 1, open: [{ name: 'outer' }] })
  })

  test('goes through a film or an entity', async () => {
    using place = new Place()
    await recordOrder(place)
    const { films } = JSON.parse((await run(['films', place.directory, '--json'])).stdout) as {
      films: { id: string }[]
    }
    const film = await run(['seek', place.directory, '--film', films[0]!.id, '--end'])
    expect(film.stdout).toMatch(/■ outer {2}span end {2}after .*\n\nnothing is under way/)
    const entity = await run(['seek', place.directory, '--entity', 'order/17', '--end'])
    expect(entity.stdout).toContain('state.patch')
    expect((await run(['seek', place.directory, '--entity', 'order'])).stderr).toContain(
      'it must be a kind, a slash and an id',
    )
    const nothing = await run(['seek', place.directory, '--entity', 'order/18'])
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('recorded are order 17')])
  })

  test.skipIf(!hasTmux)('at a terminal each key goes where it says, and q ends', async () => {
    using place = new Place()
    await recordOrder(place)
    const terminal = new Terminal([process.execPath, '--conditions=@cinescope/source', BIN, 'seek', place.directory])
    expect(await terminal.shows('▶ outer')).toContain('→ ← step')
    terminal.press('Right')
    expect(await terminal.shows('state.snapshot')).toContain("status: 'new'")
    terminal.press('Right', 'Right')
    expect(await terminal.shows('state.patch')).toContain('under way: 2')
    terminal.press('Left')
    expect(await terminal.shows('▶ inner')).toContain("status: 'new'")
    terminal.press('G')
    expect(await terminal.shows('■ outer')).toContain('nothing is under way')
    terminal.press('Right')
    await terminal.shows('there are not so many steps that way')
    terminal.press('g')
    await terminal.shows('▶ outer')
    terminal.press('q')
    // the terminal is as it was: what is typed is shown
    await terminal.shows('ended with 0')
    terminal.press('h', 'i')
    await terminal.shows('hi')
  })
})

/** A command in a terminal of its own. */
class Terminal {
  readonly #socket = `cinescope-test-${process.pid}-${Math.floor(performance.now())}`

  constructor(command: readonly string[]) {
    const quoted = command.map((word) => `'${word}'`).join(' ')
    const line = `${quoted}; echo "ended with $?"; exec cat`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '30', 'sh', '-c', line)
    onTestFinished(() => void spawnSync('tmux', ['-L', this.#socket, 'kill-server']))
  }

  press(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names)
  }

  /** The screen, once it shows that. */
  async shows(text: string): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      const screen = this.#tmux('capture-pane', '-p')
      if (screen.includes(text)) return screen
      await sleep(50)
    }
    throw new Error(`the terminal does not show '${text}' but\n${this.#tmux('capture-pane', '-p')}`)
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' })
  }
}
