/** What every process of a round has in common: its input, its report, its checks. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the parent gave on the command line, as JSON. `T` is what the parent's row sends: both are in this workspace. */
export function childInput<T extends object>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T
}

/** Tells the parent the round's result; without a parent, prints it. */
export function report<T extends object>(result: T): void {
  if (process.send === undefined) console.log(result)
  else process.send({ result })
}

/** A benchmark whose result is wrong is not timed. */
export function check(holds: boolean, expectation: string): asserts holds {
  if (!holds) throw new Error(`benchmark is wrong: expected that ${expectation}`)
}

/** A directory that goes when its scope ends. */
export function temporaryDirectory(name: string): { readonly path: string } & AsyncDisposable {
  const path = mkdtempSync(join(tmpdir(), `cinescope-bench-${name}-`))
  return {
    path,
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Answers the parent's questions until it goes; then runs `end` and leaves. */
export function answerQuestions(
  answers: Readonly<Record<string, (details: never) => unknown>>,
  end: () => unknown = () => undefined,
): void {
  process.on('message', (message: { readonly id: number; readonly question: string; readonly details: never }) => {
    void Promise.resolve(answers[message.question]!(message.details)).then((answer) =>
      process.send?.({ id: message.id, answer }),
    )
  })
  process.once('disconnect', () => void Promise.resolve(end()).then(() => process.exit()))
}
