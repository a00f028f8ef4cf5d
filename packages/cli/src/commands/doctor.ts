/** `cinescope doctor`: whether recording works, what it sees, what it costs, and what to do about problems. */

import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { type Facts, gatherFacts } from '../doctor/facts.ts'
import type { Finding } from '../doctor/finding.ts'
import { judge } from '../doctor/findings.ts'
import { reportLines } from '../doctor/report.ts'

/** See the file's first line. */
export const doctor: Command = {
  name: 'doctor',
  about: [
    'Shows versions, the recordings found and their state, the ledger of the newest, which frameworks and kinds of\nevents it holds, and what recording cost. Every problem comes with what to do about it.',
    'Ends with 1 when there is a problem, so that a script can ask.',
  ],
  operands: [{ name: 'PATH' }],
  options: {},
  examples: [
    ['doctor', 'the recordings of .cinescope'],
    ['doctor --json | jq .findings', 'for programs'],
  ],
  run: async ({ operands, screen }: Call): Promise<ExitCode> => {
    const facts = await gatherFacts(operands[0])
    const findings = judge(facts)
    if (screen.format === 'json') screen.json(asJson(facts, findings))
    else if (screen.format === 'ndjson') for (const finding of findings) screen.json(finding)
    else screen.print(...reportLines(facts, findings, screen.width).slice(0, -1))
    return findings.some(({ level }) => level === 'problem') ? EXIT.found : EXIT.ok
  },
}

function asJson({ versions, recordings, unseen, coverage }: Facts, findings: readonly Finding[]): object {
  return {
    versions,
    recordings: recordings.map(({ path, status, ledger, error }) => ({
      path,
      ...(error === undefined ? { ...status, ledger } : { error: { code: error.code, message: error.message } }),
    })),
    unseen,
    coverage: coverage && {
      sampled: coverage.sampled,
      probes: coverage.probes,
      corrupt: coverage.corrupt,
      leftOut: coverage.leftOut,
      byFramework: Object.fromEntries(
        Array.from(coverage.byFramework, ([name, kinds]) => [name, Object.fromEntries(kinds)]),
      ),
      inferred: coverage.inferred,
      orphans: coverage.orphans,
    },
    findings,
  }
}
