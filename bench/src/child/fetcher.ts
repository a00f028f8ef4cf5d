/** The client that the row `fetch-cpu` measures: global fetch; bare, recorded, or traced by OpenTelemetry's undici instrumentation. */

import { join } from 'node:path'
import type { Scope } from '@cinescope/core'
import type { Tracing } from '../open-telemetry.ts'
import { answerQuestions, check, childInput, report, temporaryDirectory } from './child.ts'
import type { ServerArm, ServerYield } from './server.ts'
import { type ServerUse, useOf } from './use.ts'

/** What the parent asks for. */
export interface FetcherInput {
  readonly arm: ServerArm
  /** Of the peer. */
  readonly port: number
}

/** One load. */
export interface FetchOrder {
  readonly requests: number
  /** So many at a time. */
  readonly width: number
}

const { arm, port } = childInput<FetcherInput>()
const directory = temporaryDirectory('fetcher')
const url = `http://127.0.0.1:${port}/things/7?page=2`
const tracing = arm === 'otel' ? await trace() : undefined
const scope = arm === 'cinescope' ? await record() : undefined

answerQuestions(
  {
    run: async ({ requests, width }: FetchOrder) => {
      let left = requests
      const one = async (): Promise<void> => {
        while (left-- > 0) {
          const answer = (await (await fetch(url)).json()) as { readonly ok: boolean }
          check(answer.ok, 'the peer answers')
        }
      }
      await Promise.all(Array.from({ length: width }, one))
    },
    use: async (): Promise<ServerUse> => {
      await scope?.flush()
      await tracing?.flush()
      return useOf(scope)
    },
    collect: () => {
      if (gc === undefined) throw new Error('a client that cannot collect is measured before its first collection')
      gc()
    },
    yield: async (): Promise<ServerYield> =>
      scope === undefined ? { made: tracing?.exported() ?? 0, dropped: 0 } : readBack(scope),
  },
  async () => {
    await scope?.stop()
    await directory[Symbol.asyncDispose]()
  },
)
report({})

async function record(): Promise<Scope> {
  const { createScope } = await import('@cinescope/core')
  return createScope({ directory: join(directory.path, 'recordings') })
}

async function trace(): Promise<Tracing> {
  const { createTracing } = await import('../open-telemetry.ts')
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici')
  const created = createTracing()
  registerInstrumentations({ tracerProvider: created.provider, instrumentations: [new UndiciInstrumentation()] })
  return created
}

/** The recording must hold the fetches with their answers. */
async function readBack(recorded: Scope): Promise<ServerYield> {
  await recorded.flush()
  const { openRecording } = await import('@cinescope/core/reader')
  await using recording = openRecording(recorded.path!)
  const { items } = await recording.films({ limit: 50 })
  const { summary, events } = await recording.film(items[items.length >> 1]!.id)
  const { produced, dropped, faults } = recorded.status()
  check(summary.status === 200 && summary.kind === 'client.request', 'a fetch is a film with its status')
  check(JSON.stringify(events).includes('a note that is long enough'), 'a fetch has the body of its answer')
  check(faults.length === 0, 'there was no fault of ours')
  return { made: produced, dropped }
}
