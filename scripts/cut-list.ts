/** The cuts of `npm run test:cuts`: where each joint of the chain is cut, and which tests must see it. */

/** One small change that must not go unnoticed. */
export interface Cut {
  readonly joint: string
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Test files, relative to the root, of which one at least must fail. */
  readonly tests: readonly string[]
}

const CORE = 'packages/core/src'
const CHAIN = 'packages/core/test/badluck/chain.test.ts'
const RING = 'packages/core/test/ring/ring.test.ts'
const SEGMENT = 'packages/protocol/test/segment.test.ts'
const EXPRESS = 'packages/express/test/request.test.ts'
const FILMS = 'packages/cli/test/films.test.ts'
const FILM = 'packages/cli/test/film.test.ts'
const FORMAT = 'packages/cli/test/format.test.ts'
const COMMAND = 'packages/cli/test/command-line.test.ts'
const QUERY = 'packages/cli/test/query.test.ts'
const LIVENESS = 'packages/core/test/recording/liveness.test.ts'
const THREADS = 'packages/core/test/scope/threads.test.ts'
const LONG = 'packages/core/test/query/long-query.test.ts'
const OUTGOING = 'packages/core/test/sources/outgoing.test.ts'
const SERVERS = 'packages/core/test/sources/servers.test.ts'
const PROCESS = 'packages/core/test/sources/process.test.ts'
const VITALS = 'packages/core/test/sources/vitals.test.ts'
const REGISTER = 'packages/express/test/register/register.test.ts'
const HEAVY = 'packages/core/test/query/heavy.test.ts'

/** At least three a joint. */
export const CUTS: readonly Cut[] = [
  {
    joint: 'probe',
    what: 'a root is not its own root',
    file: `${CORE}/capture/recorder.ts`,
    from: 'root === 0 ? this.#ring.seq + 1 : root',
    to: 'root',
    tests: [CHAIN],
  },
  {
    joint: 'probe',
    what: 'a child takes its own root',
    file: `${CORE}/capture/span.ts`,
    from: 'this.root = root ?? this',
    to: 'this.root = this',
    tests: [CHAIN],
  },
  {
    joint: 'probe',
    what: 'the length of a value is one too short',
    file: `${CORE}/capture/recorder.ts`,
    from: 'i32[u | VALUE_LENGTH] = length',
    to: 'i32[u | VALUE_LENGTH] = length - 1',
    tests: [CHAIN],
  },
  {
    joint: 'probe',
    what: 'an Express response ends without its status',
    file: `${CORE}/adapter/server-request.ts`,
    from: 'this.root.end(status, flags',
    to: 'this.root.end(0, flags',
    tests: [EXPRESS],
  },
  {
    joint: 'ring',
    what: 'a refused record leaves no hole',
    file: `${CORE}/ring/consumer.ts`,
    from: 'if (seq !== this.lastSeq + 1) this.#hole(sink, seq)',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'ring',
    what: 'no slots are kept back for ends, errors and state',
    file: `${CORE}/ring/lane.ts`,
    from: 'tail + this.#capacity - (this.#capacity >> RESERVE_SHIFT)',
    to: 'tail + this.#capacity',
    tests: [RING],
  },
  {
    joint: 'ring',
    what: 'a value is placed after itself',
    file: `${CORE}/ring/producer.ts`,
    from: 'const position = this.#arenaHead >>> 0\n    this.#arenaHead += length',
    to: 'this.#arenaHead += length\n    const position = this.#arenaHead >>> 0',
    tests: [CHAIN],
  },
  {
    joint: 'drain',
    what: 'refusals are added up again at each look',
    file: `${CORE}/ingest/intake.ts`,
    from: 'this.#refusedLast[kind] = now',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'drain',
    what: 'the last definition of each commit is missing',
    file: `${CORE}/ingest/pipeline.ts`,
    from: 'const definitions = this.#definitions\n',
    to: 'const definitions = this.#definitions.slice(0, -1)\n',
    tests: [CHAIN],
  },
  {
    joint: 'drain',
    what: 'records are released before the last one is read',
    file: `${CORE}/ring/consumer.ts`,
    from: 'const count = Math.min(limit, lane.backlog())',
    to: 'const count = Math.min(limit, lane.backlog()) - 1',
    tests: [CHAIN],
  },
  {
    joint: 'correlate',
    what: 'an end does not find its begin',
    file: `${CORE}/correlate/correlator.ts`,
    from: 'const open = this.#openRows.get(span)',
    to: 'const open = this.#openRows.get(span + 1)',
    tests: [CHAIN],
  },
  {
    joint: 'correlate',
    what: 'rows that an earlier tail holds open are not written again when they end',
    file: `${CORE}/correlate/correlator.ts`,
    from: 'if (open < this.#tailRows) this.#changedRows.push(open)',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'correlate',
    what: 'open spans are not carried over a seal',
    file: `${CORE}/correlate/correlator.ts`,
    from: 'this.#carryOpenRows()\n    this.#rows.clear()',
    to: 'this.#rows.clear()',
    tests: [CHAIN],
  },
  {
    joint: 'correlate',
    what: 'a film does not learn of its end',
    file: `${CORE}/correlate/films.ts`,
    from: 'film.duration = duration\n',
    to: '',
    tests: [CHAIN],
  },
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
    from: 'for (const { id } of replaced) this.#dropSegment(id)',
    to: '',
    tests: [CHAIN],
  },
  {
    joint: 'store',
    what: 'a film forgets the events of earlier commits',
    file: `${CORE}/store/sqlite/sqlite-store.ts`,
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
    from: 'order.compare(id, after.id)) <= 0) continue',
    to: 'order.compare(id, after.id)) < 0) continue',
    tests: [CHAIN],
  },
  {
    joint: 'query',
    what: 'a span that was open once is given twice',
    file: `${CORE}/query/scan.ts`,
    from: 'if (reader.isSuperseded(entry, rows, row, request.segments)) continue',
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
    joint: 'source',
    what: 'a fetch carries no trace',
    file: `${CORE}/sources/undici.ts`,
    from: "request.addHeader('traceparent', traceparent)",
    to: 'undefined',
    tests: [OUTGOING],
  },
  {
    joint: 'source',
    what: 'the end of a fetch is not heard',
    file: `${CORE}/sources/undici.ts`,
    from: 'calls.get(request)?.end(true)',
    to: 'undefined',
    tests: [OUTGOING],
  },
  {
    joint: 'source',
    what: 'an outgoing request that is broken off never ends',
    file: `${CORE}/sources/http-client.ts`,
    from: "if (type === 'close') closed(calls.get(this))",
    to: '',
    tests: [OUTGOING],
  },
  {
    joint: 'source',
    what: 'what a server calls runs outside of its request',
    file: `${CORE}/sources/http-server.ts`,
    from: 'if (begun !== undefined) probe.enter(begun.root)',
    to: '',
    tests: [SERVERS],
  },
  {
    joint: 'source',
    what: 'how hooks are is not written down',
    file: `${CORE}/store/sqlite/sqlite-store.ts`,
    from: 'INSERT OR REPLACE INTO hook VALUES (?, ?, ?, ?, ?)',
    to: 'INSERT INTO hook SELECT ?, ?, ?, ?, ? WHERE 0',
    tests: [PROCESS],
  },
  {
    joint: 'source',
    what: 'libraries are not hooked as they are loaded',
    file: `${CORE}/sources/modules.ts`,
    from: '  subscribe(LOADED, onLoaded)',
    to: '',
    tests: [REGISTER],
  },
  {
    joint: 'source',
    what: 'a request inside of the process does not know its cause',
    file: `${CORE}/capture/probe.ts`,
    from: 'return thread === this.thread && seq <= this.recorder.seq ? seq : 0',
    to: 'return thread < 0 && seq <= this.recorder.seq ? seq : 0',
    tests: [REGISTER],
  },
  {
    joint: 'source',
    what: 'whoever blocked the loop is not remembered',
    file: `${CORE}/capture/span.ts`,
    from: 'this.probe.ranLong(this)',
    to: 'undefined',
    tests: [VITALS],
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
  {
    joint: 'thread',
    what: 'the keys of a thread are looked up in the dictionary of another',
    file: `${CORE}/store/read/segment-reader.ts`,
    from: 'this.#view.key(keyNumber(thread, key))',
    to: 'this.#view.key(key)',
    tests: [THREADS],
  },
  {
    joint: 'thread',
    what: 'a thread does not tell the writer that it records',
    file: `${CORE}/scope/joined-writer.ts`,
    from: 'this.#hasJoined = true',
    to: 'this.#hasJoined = false',
    tests: [THREADS],
  },
  {
    joint: 'thread',
    what: 'a commit of one thread forgets the events of the others',
    file: `${CORE}/ingest/thread-ledger.ts`,
    from: '...sumOf([commit, ...others])',
    to: '...sumOf([commit])',
    tests: [THREADS],
  },
  {
    joint: 'thread',
    what: 'entities of two threads get the same number',
    file: `${CORE}/scope/capture-parts.ts`,
    from: 'Atomics.add(counters, COUNTER.entities, 1) + 1',
    to: 'Atomics.add(new Int32Array(8), COUNTER.entities, 1) + 1',
    tests: [THREADS],
  },
]
