import { chmodSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { CinescopeEvent } from '@cinescope/core'
import { countCoverage } from '../src/doctor/coverage.ts'
import { judge } from '../src/doctor/findings.ts'
import { json, Place, recordShop, run } from './cli.ts'

describe('cinescope doctor', () => {
  test('a healthy recording: versions, state, ledger, what is recorded, what it cost, and exit code 0', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { code, stdout } = await run(['doctor', place.directory])
    expect(code).toBe(0)
    expect(stdout).toContain(`Node ${process.versions.node}, SQLite ${process.versions['sqlite']}`)
    expect(stdout).toMatch(/closed +\d{4}-\d\d-\d\d \S+ +15 +.*shop \(\d+\)/)
    expect(stdout).toContain('15 produced = 15 stored + 0 dropped')
    expect(stdout).toMatch(/user: 6 span, .*1 log/)
    expect(stdout).toContain('yes  your spans: 6\n')
    expect(stdout).toContain('no   requests: 0 (no app.use(cinescope(scope)), or no request yet)')
    expect(stdout).toMatch(/writer thread, its start included: [\d.]+ ms of CPU/)
    expect(stdout).toContain('note     No Express request was recorded.')
    expect(stdout).not.toContain('problem')
  })

  test('lost events are a problem with a remedy, and exit code 1', async () => {
    using place = new Place()
    const flood = (scope: { span(name: string, fn: () => unknown): unknown }): void => {
      for (let i = 0; i < 5000; i++) scope.span('drop', () => i)
    }
    await place.record(flood, { ring: { records: 64 } })
    const { code, stdout } = await run(['doctor', place.directory])
    expect(code).toBe(1)
    expect(stdout).toMatch(/problem +[\d,]+ events of 10,000 \(\d+ %\) were lost.*\n +Give the ring more room/)
  })

  test('no recording is a problem that says how to make one', async () => {
    using place = new Place()
    const { code, stdout } = await run(['doctor', join(place.directory, 'none')])
    expect(code).toBe(1)
    expect(stdout).toMatch(/problem +There is no recording at .*none\.\n +Call createScope\(\)/)
  })

  test('a file that is no recording is named with its code, and the others are still shown', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('fine', () => 1))
    writeFileSync(join(place.directory, '99999999T000000000Z-1-x.cine'), 'not a database at all')
    const { code, stdout } = await run(['doctor', place.directory])
    expect(code).toBe(1)
    expect(stdout).toMatch(/unreadable .*99999999T/)
    expect(stdout).toContain('CSC_ERR_FORMAT')
    expect(stdout).toContain('2 produced = 2 stored + 0 dropped')
  })

  test('a damaged recording is a problem, and a query of it says what is missing', async () => {
    using place = new Place()
    await place.record(async (scope) => {
      for (let i = 0; i < 3000; i++) scope.span('many', () => `result ${i}`)
      await scope.flush()
    })
    const path = join(place.directory, readdirSync(place.directory)[0] ?? '')
    {
      const database = new DatabaseSync(path)
      database.exec('UPDATE segment SET columns = zeroblob(length(columns)) WHERE id = (SELECT min(id) FROM segment)')
      database.close()
    }
    expect((await run(['doctor', path])).stdout).toMatch(/problem +1 segment of the newest recording left out/)
    expect((await run(['query', path])).stderr).toMatch(/the file is damaged: 1 segment left out/)
  })

  test.skipIf(process.platform === 'win32')('a recording that others may read is a problem', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('fine', () => 1))
    const evil = join(place.directory, "z;echo '$(id)'.cine")
    renameSync(join(place.directory, readdirSync(place.directory)[0] ?? ''), evil)
    chmodSync(evil, 0o644)
    const { code, stdout } = await run(['doctor', place.directory])
    expect(code).toBe(1)
    expect(stdout).toMatch(/Others may read .* \(mode 644\)\.\n +chmod 600 '.*z;echo '\\''\$\(id\)'\\''\.cine'/)
  })

  test('JSON has the same findings', async () => {
    using place = new Place()
    await place.record(recordShop)
    const answer = await json('doctor', place.directory)
    expect(answer).toMatchObject({
      versions: { node: process.versions.node },
      recordings: [{ state: 'closed', ledger: { produced: 15, stored: 15 } }],
      coverage: { sampled: 10 },
      findings: [{ level: 'note' }],
    })
  })
})

describe('what the doctor makes of what was left out on purpose', () => {
  const request = (parentCertainty: string): CinescopeEvent =>
    // the doctor looks at nothing else of an event
    ({ kind: 'request', name: 'GET /', parentCertainty, site: { framework: 'express' } }) as CinescopeEvent
  const findings = (leftOut: { spans: number; values: number; films: number }): ReturnType<typeof judge> =>
    judge({
      place: '.cinescope',
      versions: { cinescope: '1', node: '1', sqlite: undefined },
      recordings: [{ path: '.cinescope/a b.cine', mode: 0o600 }],
      unseen: 0,
      coverage: countCoverage([request('known'), request('inferred')], { corrupt: 0, leftOut }),
    })

  test('spans that the budget left out are a note that says where the decisions are, and nobody is blamed', () => {
    expect(findings({ spans: 12, values: 1, films: 0 })).toEqual([
      {
        level: 'note',
        what: 'The budget left out 12 spans and 1 value; see `cinescope query .cinescope --kind control`.',
        remedy: 'To leave out less: a higher budget.cpuPercent or budget.bytesPerSecond.',
      },
      {
        level: 'note',
        what: '1 event of the sample have an inferred parent.',
        remedy:
          'Shown as such; what happened inside a span that the budget left out is told as inside of the one around it.',
      },
    ])
  })

  test('where films were sampled or not kept, middleware that is not there is no problem', () => {
    expect(findings({ spans: 0, values: 0, films: 3 }).map(({ level }) => level)).toEqual(['note'])
  })

  test('where nothing was left out, requests with nothing inside them are a problem', () => {
    expect(findings({ spans: 0, values: 0, films: 0 })[0]).toMatchObject({
      level: 'problem',
      what: 'Requests were recorded, but no middleware and no handler inside them.',
    })
  })

  test('a server that keeps no film of those it had is no problem, and is told how many events that were', async () => {
    using place = new Place()
    await place.record((scope) => scope.span('quick', () => 1), { keep: { policy: 'tail', reservoir: 0 } })
    const { code, stdout } = await run(['doctor', place.directory])
    expect(stdout).toContain('2 produced = 0 stored + 0 dropped + 2 not kept')
    expect(stdout).toMatch(
      /note +The newest recording holds no event of a film that was kept\.\n +2 events were not kept/,
    )
    expect(code).toBe(0)
  })
})

describe('cinescope ledger', () => {
  test('the sum, the tail, and a line a kind', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { code, stdout } = await run(['ledger', place.directory])
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(lines.slice(0, 2)).toEqual(['15 produced = 15 stored + 0 dropped', 'tail: complete'])
    expect(lines[4]).toMatch(/^ +11 +span +in the recording$/)
  })
})

describe('cinescope state', () => {
  test('the last state at an instant, and what recorded it', async () => {
    using place = new Place()
    let between = 0
    await place.record(async (scope) => {
      scope.span('first', () => scope.entity('order', '17').snapshot({ status: 'new' }))
      await new Promise((resolve) => setTimeout(resolve, 20))
      between = Date.now()
      await new Promise((resolve) => setTimeout(resolve, 20))
      scope.span('second', () => scope.entity('order', '17').snapshot({ status: 'paid' }))
    })
    expect((await run(['state', 'order', '17', place.directory])).stdout).toContain("{ status: 'paid' }")
    const past = await run(['state', 'order', '17', place.directory, '--at', String(between)])
    expect(past.stdout).toContain("{ status: 'new' }")
    expect(await json('state', 'order', '17', place.directory)).toMatchObject({ state: { status: 'paid' } })
  })

  test('an entity that never was ends with 1 and names those that were', async () => {
    using place = new Place()
    await place.record(recordShop)
    const { code, stderr } = await run(['state', 'order', '18', place.directory])
    expect(code).toBe(1)
    expect(stderr).toMatch(/no entity order 18 in .*; recorded are order 17\. Did you mean order 17\?/)
  })
})
