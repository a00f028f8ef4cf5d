import { join } from 'node:path'
import type { CinescopeEvent, SpanId, TraceId } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

/** Records a request, which may be one that another process has sent, and one that it sends itself. */
async function record(scope: Scope, asked?: { readonly trace: TraceId; readonly span: SpanId }): Promise<typeof asked> {
  const probe = scope['cinescope.probe.v1']
  const root = probe.open(1, probe.site({ name: 'GET /' }), undefined)
  if (asked !== undefined) probe.adopt(root, asked.trace, asked.span)
  const client = probe.open(16, probe.site({ name: 'GET next' }), root)
  client.end(200, 0, undefined)
  root.end(200, 0, undefined)
  await scope.flush()
  return { trace: root.traceId, span: client.id }
}

it('a tail of one film of a merged file tells its events in all processes, and where recordings break off', async () => {
  using directory = temporaryDirectory()
  const open = (): Promise<Scope> => createScope({ sources: false, directory: directory.path, handleSignals: false })
  await using first = await open()
  const asked = await record(first)
  // another film, which is not asked for
  await record(first)
  {
    await using second = await createScope({ sources: false, directory: directory.path, service: 'second' })
    await record(second, asked)
  }
  const path = join(directory.path, 'all')
  // the first goes on, so what the file holds of it is not all
  await mergeRecordings([directory.path], { path })
  await using merged = openRecording(path)
  const film = (await merged.films({ order: 'time' })).items[0]!
  const tail = merged.tail({ where: { film: film.id } }, { from: 'start' })
  const told: CinescopeEvent[] = await Array.fromAsync(tail)
  expect(tail.ended).toBe('interrupted')
  const isHole = ({ seq }: CinescopeEvent): boolean => seq === 0
  expect(told.filter(isHole)).toMatchObject([{ kind: 'gap', value: { reason: 'interrupted' } }])
  const own = (await merged.film(film.id)).events.map(({ id }) => id)
  const rest = told.filter((event) => !isHole(event))
  expect(rest.map(({ id }) => id).toSorted()).toEqual(own.toSorted())
})

it('figures and a timeline of one film of a merged file count its events in all processes', async () => {
  using directory = temporaryDirectory()
  await using first = await createScope({ sources: false, directory: directory.path, handleSignals: false })
  const asked = await record(first)
  await record(first)
  {
    await using second = await createScope({ sources: false, directory: directory.path, service: 'second' })
    // twice, so that one process has two films of it
    await record(second, asked)
    await record(second, asked)
  }
  const path = join(directory.path, 'all')
  await mergeRecordings([directory.path], { path })
  await using merged = openRecording(path)
  const film = (await merged.films({ order: 'time' })).items[0]!
  const where = { film: film.id }
  const { summary, events: all } = await merged.film(film.id)
  expect(film.events).toBe(summary.events)
  const events = all.length
  expect((await merged.events({ where })).items).toHaveLength(events)
  expect((await merged.aggregate({ where })).groups).toMatchObject([{ count: events }])
  const { lanes } = await merged.tiles({ where, by: 'kind' })
  expect(lanes.reduce((sum, { count }) => sum + count, 0)).toBe(events)
})
