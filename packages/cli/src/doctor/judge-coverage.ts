/** The doctor's judgement of what the sample holds. What was left out on purpose is no fault of the program. Pure. */

import { counted } from '../format/units.ts'
import type { Coverage, LeftOut } from './coverage.ts'
import { type Finding, note, problem } from './finding.ts'
import { shellWord } from '../base/shell-word.ts'

/** Findings about the sample of the recording at `path`. */
export function judgeCoverage(coverage: Coverage, path: string): Finding[] {
  const { corrupt, leftOut } = coverage
  return [
    ...judgeBudget(leftOut, path),
    ...judgeRequests(coverage),
    ...(corrupt === 0
      ? []
      : [
          problem(
            `${counted(corrupt, 'segment')} of the newest recording left out, because the checks failed.`,
            'The file is damaged. What is shown of it is right, but events are missing.',
          ),
        ]),
    ...judgeParents(coverage),
  ]
}

function judgeBudget({ spans, values }: LeftOut, path: string): Finding[] {
  if (spans + values === 0) return []
  return [
    note(
      `The budget left out ${counted(spans, 'span')} and ${counted(values, 'value')}; see \`cinescope query ${shellWord(path)} --kind control\`.`,
      'To leave out less: a higher budget.cpuPercent or budget.bytesPerSecond.',
    ),
  ]
}

function judgeRequests({ byFramework, sampled, leftOut }: Coverage): Finding[] {
  const express = byFramework.get('express')
  const requests = express?.get('request') ?? 0
  const inner = ['middleware', 'handler', 'router'].reduce((sum, kind) => sum + (express?.get(kind) ?? 0), 0)
  const areFilmsLeftOut = leftOut.films > 0
  if (sampled === 0 && areFilmsLeftOut) {
    return [
      note(
        'The newest recording holds no event of a film that was kept.',
        `${counted(leftOut.films, 'event')} were not kept or not sampled; see the options keep and sample.`,
      ),
    ]
  }
  if (sampled === 0) {
    return [
      problem(
        'The newest recording holds no event.',
        'Send the server a request. If it got one: is app.use(cinescope(scope)) mounted?',
      ),
    ]
  }
  // what is not there may have been left out: no reason to find fault with the program
  if (areFilmsLeftOut || leftOut.spans > 0) return []
  if (express === undefined) {
    return [
      note(
        'No Express request was recorded.',
        'If this is an Express server: app.use(cinescope(scope)), before everything else.',
      ),
    ]
  }
  if (requests === 0 || inner > 0) return []
  return [
    problem(
      'Requests were recorded, but no middleware and no handler inside them.',
      'Mount app.use(cinescope(scope)) before everything else: what is mounted earlier is not seen.',
    ),
  ]
}

function judgeParents({ inferred, orphans, leftOut }: Coverage): Finding[] {
  const findings: Finding[] = []
  if (inferred > 0) {
    findings.push(
      note(
        `${counted(inferred, 'event')} of the sample have an inferred parent.`,
        leftOut.spans > 0
          ? 'Shown as such; what happened inside a span that the budget left out is told as inside of the one around it.'
          : 'Shown as such; scope.span() around concurrent work makes parents known.',
      ),
    )
  }
  if (orphans > 0) {
    findings.push(
      note(
        `${counted(orphans, 'event')} of the sample belong to no known parent.`,
        'Their async context was lost, often in a library that queues callbacks.',
      ),
    )
  }
  return findings
}
