/** The cuts of the reading side: from a sealed segment to what the command shows. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'
const CHAIN = 'packages/core/test/badluck/chain.test.ts'
const SEGMENT = 'packages/protocol/test/segment.test.ts'
const FILMS = 'packages/cli/test/films.test.ts'
const FILM = 'packages/cli/test/film.test.ts'
const FORMAT = 'packages/cli/test/format.test.ts'
const COMMAND = 'packages/cli/test/command-line.test.ts'
const QUERY = 'packages/cli/test/query.test.ts'
const LIVENESS = 'packages/core/test/recording/liveness.test.ts'
const LONG = 'packages/core/test/query/long-query.test.ts'
const LANES = 'packages/cli/test/timeline.test.ts'
const TILES = 'packages/core/test/query/tiles.test.ts'
const HEAVY = 'packages/core/test/query/heavy.test.ts'

/** At least three a joint. */
export const READING_CUTS: readonly Cut[] = [
  {
    joint: 'seal',
    what: 'values of begin and end are laid out in the wrong order',
    file: `${CORE}/correlate/row-builder.ts`,
    from: `at = this.#copy(page, at, this.#inAt[source]!, valueBytes(rows.valueIn[row]!))
      at = this.#copy(page, at, this.#outAt[source]!, valueBytes(rows.valueOut[row]!))`,
    to: `at = this.#copy(page, at, this.#outAt[source]!, valueBytes(rows.valueOut[row]!))
      at = this.#copy(page, at, this.#inAt[source]!, valueBytes(rows.valueIn[row]!))`,
    tests: [CHAIN],
  },
  {
    joint: 'seal',
    what: 'the first root of a segment is not in its bloom',
    file: `${CORE}/correlate/row-builder.ts`,
    from: 'if (row === 0 || rows.root[row] !== rows.root[row - 1]) addToBloom(',
    to: 'if (row > 0 && rows.root[row] !== rows.root[row - 1]) addToBloom(',
    tests: [CHAIN],
  },
  {
    joint: 'seal',
    what: 'distances to parents are one too short',
    file: 'packages/protocol/src/segment.ts',
    from: 'values[i] === 0 ? 0 : seq[i]! - values[i]! + 1',
    to: 'values[i] === 0 ? 0 : seq[i]! - values[i]!',
    tests: [SEGMENT],
  },
  {
    joint: 'seal',
    what: 'a zone map begins at its first row, not at its lowest',
    file: `${CORE}/correlate/row-builder.ts`,
    from: 'if (rows.seq[row]! < summary.seqLow) summary.seqLow',
    to: 'if (row === 0) summary.seqLow',
    tests: [CHAIN],
  },
  {
    joint: 'seal',
    what: 'a tile counts its cells, not their rows',
    file: `${CORE}/correlate/tiles/coarser.ts`,
    from: 'count[length - 1] = count[length - 1]! + tile.count[from]!',
    to: 'count[length - 1] = count[length - 1]! + 1',
    tests: [TILES],
  },
  {
    joint: 'store',
    what: 'a commit is rolled back',
    file: `${CORE}/store/sqlite/sqlite-store.ts`,
    from: "this.#database.exec('COMMIT')",
    to: "this.#database.exec('ROLLBACK')",
    tests: [CHAIN],
  },
  {
    joint: 'store',
    what: 'tails stay beside the segment that contains them',
    file: `${CORE}/store/sqlite/sqlite-store.ts`,
    from: 'for (const { id } of replaced) this.#remover.drop(id)',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'store',
    what: 'a film forgets the events of earlier commits',
    file: `${CORE}/store/sqlite/writer-statements.ts`,
    from: 'events = events + excluded.events',
    to: 'events = excluded.events',
    tests: [CHAIN],
  },
  {
    joint: 'store',
    what: 'a reader keeps its first list of segments',
    file: `${CORE}/store/sqlite/segment-list.ts`,
    from: 'if (version === this.#version) return',
    to: 'if (this.#version !== undefined) return',
    tests: [CHAIN],
  },
  {
    joint: 'store',
    what: 'a writer does not hold its lock',
    file: `${CORE}/store/sqlite/lock.ts`,
    from: '; BEGIN EXCLUSIVE',
    to: '',
    tests: [LIVENESS],
  },
  {
    joint: 'query',
    what: 'a timeline leaves out spans that have not ended',
    file: `${CORE}/query/tiles/tiles.ts`,
    from: 'if (read.has(entry) ||',
    to: 'if (read.size >= 0 || read.has(entry) ||',
    tests: [TILES],
  },
  {
    joint: 'query',
    what: 'the limit comes before the order',
    file: `${CORE}/query/scan.ts`,
    from: 'matches = matches.concat(found).sort(',
    to: 'matches = matches.concat(found).slice(0, request.limit).sort(',
    tests: [CHAIN],
  },
  {
    joint: 'query',
    what: 'a page begins with the last item of the page before',
    file: `${CORE}/query/scan.ts`,
    from: 'order.compare(idOf(rows, row), after.id)) > 0',
    to: 'order.compare(idOf(rows, row), after.id)) >= 0',
    tests: [CHAIN],
  },
  {
    joint: 'query',
    what: 'a span that was open once is given twice',
    file: `${CORE}/query/scan.ts`,
    from: 'if (reader.isSuperseded(entry, rows, row, segments)) continue',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'query',
    what: 'the segment of a film’s last event is not read',
    file: `${CORE}/query/film-reader.ts`,
    from: 'summary.seqLow > film.lastSeq',
    to: 'summary.seqHigh >= film.lastSeq',
    tests: [CHAIN],
  },
  {
    joint: 'query',
    what: 'a long query keeps its transaction',
    file: `${CORE}/query/reading.ts`,
    from: 'new Cost(() => view.rest(), signal)',
    to: 'new Cost(async () => undefined, signal)',
    tests: [LONG],
  },
  {
    joint: 'query',
    what: 'an answer may weigh anything',
    file: `${CORE}/store/read/cost.ts`,
    from: 'return this.weight >= MAX_WEIGHT',
    to: 'return false',
    tests: [HEAVY],
  },
  {
    joint: 'CLI',
    what: 'a timeline draws no line where spans go on',
    file: 'packages/cli/src/format/lanes.ts',
    from: "return isRunning ? [RUNNING, 'dim'] : [' ', 'plain']",
    to: "return [' ', 'plain']",
    tests: [LANES],
  },
  {
    joint: 'CLI',
    what: 'films are listed without the filter by outcome',
    file: 'packages/cli/src/commands/films.ts',
    from: "given.flag('error') ? { error: true }",
    to: "given.flag('error') ? {}",
    tests: [FILMS],
  },
  {
    joint: 'CLI',
    what: 'what is not in the recording exits with 0',
    file: 'packages/cli/src/base/exit-code.ts',
    from: 'CSC_ERR_NOT_FOUND: EXIT.found',
    to: 'CSC_ERR_NOT_FOUND: EXIT.ok',
    tests: [FILM, COMMAND, QUERY],
  },
  {
    joint: 'CLI',
    what: 'the timeline is one level deep',
    file: 'packages/cli/src/film-tree.ts',
    from: 'depth: depth + 1 })',
    to: 'depth })',
    tests: [FILM, FORMAT],
  },
]
