/** What a torture is: something done to Cinescope for long, with a verdict at its end. */

/** How a torture is to be run. */
export interface TortureCall {
  /** Of all chance in it: the same seed does the same. */
  readonly seed: number
  /** A few seconds of it, to see that it works. */
  readonly isQuick: boolean
  /** Repetitions, for those that count them. */
  readonly runs: number | undefined
  /** Length, for those that go by time. */
  readonly minutes: number | undefined
  /** Tells how it goes on, in a line. */
  tell(line: string): void
}

/** What came of it. */
export interface Verdict {
  /** What was done and measured, for one line. */
  readonly figures: string
  /** What is wrong, worst first; none when it passed. */
  readonly faults: readonly string[]
}

/** One of them. */
export interface Torture {
  readonly name: string
  /** In a few words. */
  readonly about: string
  run(call: TortureCall): Promise<Verdict>
}

/** The line that ends a torture. */
export function verdictText(name: string, { figures, faults }: Verdict): string {
  const head = `verdict: ${name} ${faults.length === 0 ? 'passed' : 'FAILED'}: ${figures}`
  const shown = faults.slice(0, 10).map((fault) => `\n  ${fault.split('\n', 1)[0]}`)
  return head + shown.join('') + (faults.length > 10 ? `\n  and ${faults.length - 10} more` : '')
}
