/** Which records are made in sections, counted one by one where a recording samples them. */

import type { Probe } from '@cinescope/core/adapter'

/** What was seen since the watch began. */
export interface WatchedSections {
  /** Records made, and those of them in no section. */
  readonly records: number
  readonly outside: number
  /** Sections without an end so far. */
  readonly open: number
}

/** Watches the sections of one thread from here on; they are measured as ever. */
export function watchSections({ sections, recorder }: Probe): WatchedSections {
  const first = recorder.seq
  const begin = sections.begin.bind(sections)
  const end = sections.end.bind(sections)
  let open = 0
  let inside = 0
  let since = 0
  sections.begin = () => {
    if (open++ === 0) since = recorder.seq
    return begin()
  }
  sections.end = (piece) => {
    if (--open === 0) inside += recorder.seq - since
    end(piece)
  }
  return {
    get records() {
      return recorder.seq - first
    },
    get outside() {
      return recorder.seq - first - inside
    },
    get open() {
      return open
    },
  }
}
