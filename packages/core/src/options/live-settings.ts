/** The options of one thread that change at run time, as they are now: the one place from which they are read. */

import { saidAt } from './option-schema.ts'
import type { LiveOptions, RunTimeSettings } from './run-time-options.ts'
import { allocateBoard, type Sayer, SettingsBoard } from './settings-board.ts'
import { CHANGEABLE, type Wanted } from './wanted-changes.ts'

/** An option that has changed in a thread. */
export interface Change {
  /** `values.maxBytes` */
  readonly key: string
  /** Undefined where there was no limit, or is none any more. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly by: Sayer
}

/** Memory for what is changed in a process, for all of its threads. */
export function allocateChanges(): SharedArrayBuffer {
  return allocateBoard(CHANGEABLE.length)
}

/** See the file's first line. */
export class LiveSettings {
  /** Read where and when they are needed, and not copied: they change in place, between two turns of the thread or when it changes them itself. */
  readonly now: LiveOptions
  readonly #board: SettingsBoard
  /** Told when something has changed here. */
  onChange: () => void = () => undefined
  /** Times that limits of values have changed here. */
  limitChanges = 0
  #seen = 0

  /** `memory` is that of `allocateChanges`; what was changed before holds from the start. */
  constructor(settings: LiveOptions, memory: SharedArrayBuffer) {
    this.now = copyOf(settings)
    this.#board = new SettingsBoard(memory)
    this.#take()
  }

  /** Something was changed, here or in another thread, since this was refreshed last, or ever if it was not. */
  get isBehind(): boolean {
    return this.#board.changes !== this.#seen
  }

  /** Changes options for the whole process; they hold here at once. Gives what that changes here. */
  change(wanted: readonly Wanted[], by: Sayer): readonly Change[] {
    for (const { option, value } of wanted) this.#board.put(option, value, by)
    return this.refresh()
  }

  /** Takes over what was changed, here or in another thread. Gives what that changes here. */
  refresh(): readonly Change[] {
    this.#seen = this.#board.changes
    const changes = this.#take()
    if (changes.some(({ key }) => key.startsWith('values.'))) this.limitChanges++
    if (changes.length > 0) this.onChange()
    return changes
  }

  #take(): readonly Change[] {
    return CHANGEABLE.flatMap(({ path }, option) => {
      const posted = this.#board.get(option)
      const from = saidAt(this.now, path) as number | undefined
      if (posted === undefined || posted.value === from) return []
      write(this.now, path, posted.value)
      return [{ key: path.join('.'), from, to: posted.value, by: posted.by }]
    })
  }

  /** The same by their names, `values.maxBytes`; null where there is no limit. */
  byName(): Readonly<Record<string, number | null>> {
    const numbers = CHANGEABLE.map(({ path }) => [path.join('.'), saidAt(this.now, path) ?? null])
    return Object.fromEntries(numbers) as Record<string, number | null>
  }

  /** Those that change, and no others: a copy. */
  settings(): RunTimeSettings {
    const copy = {}
    for (const { path } of CHANGEABLE) write(copy, path, saidAt(this.now, path) as number | undefined)
    // the marks in the table of options and this type are of the same options
    return copy as RunTimeSettings
  }
}

/** As deep as options are, without those that never change. */
function copyOf(settings: LiveOptions): LiveOptions {
  const names = new Set(CHANGEABLE.map(({ path }) => path[0]))
  const members = Object.entries(settings).filter(([name]) => names.has(name))
  const copies = members.map(([name, value]) => [name, typeof value === 'object' ? { ...value } : value] as const)
  return Object.fromEntries(copies) as unknown as LiveOptions
}

/** Sets what is at a path in what this file has made itself. */
function write(settings: object, path: readonly string[], value: number | undefined): void {
  const [name = '', ...below] = path
  const members = settings as Record<string, unknown>
  if (below.length === 0) members[name] = value
  else write((members[name] ??= {}), below, value)
}
