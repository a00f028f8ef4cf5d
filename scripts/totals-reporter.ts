/** Prints the totals of a Vitest run as one plain line, for people and for machines. */
import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with `N passed, N failed[, N skipped]`, alone on a line; a file that cannot load counts as failed. */
export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = countTests(modules)
    totals.failed += unhandledErrors.length
    const skipped = totals.skipped === 0 ? '' : `, ${totals.skipped} skipped`
    // The default reporter writes its own summary on the same event; the next turn comes after it.
    setImmediate(() => process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed${skipped}\n`))
  }
}

interface Totals {
  passed: number
  failed: number
  skipped: number
}

function countTests(modules: readonly TestModule[]): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 }
  for (const module of modules) {
    let failedTests = 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') totals.passed += 1
      else if (state === 'failed') failedTests += 1
      else totals.skipped += 1
    }
    const isBrokenFile = module.state() === 'failed' && failedTests === 0
    totals.failed += failedTests + (isBrokenFile ? 1 : 0)
  }
  return totals
}
