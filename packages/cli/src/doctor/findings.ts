/** The doctor's judgement: what is wrong or worth knowing, and what to do about it. Pure. */

import type { ErrorCode, Ledger } from '@cinescope/protocol'
import { count, counted, percent } from '../format/units.ts'
import type { Facts, RecordingFacts } from './facts.ts'
import { type Finding, note, problem } from './finding.ts'
import { judgeHooks } from './hooks.ts'
import { judgeCoverage } from './judge-coverage.ts'
import { shellWord } from '../base/shell-word.ts'

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  CSC_ERR_FORMAT: 'It is no recording, or one of another version: read it with the version that made it, or delete it.',
  CSC_ERR_HOSTILE: 'Somebody changed it. Do not trust it; delete it.',
  CSC_ERR_CORRUPT: 'The file is damaged. Other recordings are not affected; delete this one.',
  CSC_ERR_NO_RECORDING: 'It was removed meanwhile; run the doctor again.',
}

/** Findings, problems first. */
export function judge(facts: Facts): Finding[] {
  const newest = facts.recordings.find(({ status }) => status !== undefined)
  const findings = [
    ...judgePresence(facts),
    ...facts.recordings.flatMap((recording) => judgeFile(recording, recording === newest)),
    ...(newest?.ledger === undefined ? [] : judgeLedger(newest.ledger)),
    ...(newest?.status === undefined ? [] : judgeVersions(facts, newest)),
    ...judgeHooks(newest?.status?.hooks ?? []),
    ...(facts.coverage === undefined ? [] : judgeCoverage(facts.coverage, newest?.path ?? facts.place)),
  ]
  return findings.toSorted((a, b) => Number(a.level === 'note') - Number(b.level === 'note'))
}

function judgePresence({ recordings, place }: Facts): Finding[] {
  if (recordings.length > 0) return []
  return [
    problem(
      `There is no recording at ${place}.`,
      'Call createScope() in your server, send it a request, and run the doctor in the same directory or give it the PATH. CINESCOPE_DISABLED=1 turns recording off.',
    ),
  ]
}

function judgeFile({ path, status, error, mode }: RecordingFacts, isNewest: boolean): Finding[] {
  const findings: Finding[] = []
  if (error !== undefined) {
    const remedy = REMEDIES[error.code] ?? 'Check that it may be read and that the disk is well.'
    findings.push(problem(`${path} cannot be read: ${error.message} [${error.code}]`, remedy))
  }
  if (mode !== undefined && (mode & 0o077) !== 0) {
    findings.push(problem(`Others may read ${path} (mode ${mode.toString(8)}).`, `chmod 600 ${shellWord(path)}`))
  }
  if (status?.state === 'interrupted') {
    const what = `${path} was not closed: its process or its writer thread ended without stop(), by SIGKILL or a crash.`
    const remedy = 'What was committed is there. The last 250 ms may be missing and uncounted.'
    findings.push({ level: isNewest ? 'problem' : 'note', what, remedy })
  }
  return findings
}

function judgeLedger(account: Ledger): Finding[] {
  const { produced, stored, pruned, dropped, sampledOut, notKept, notExtracted, pending } = account
  const findings: Finding[] = []
  if (produced !== stored + pruned + dropped + sampledOut + notKept + notExtracted + pending) {
    findings.push(
      problem('The ledger does not add up.', 'This is a fault of Cinescope; please report it with the recording.'),
    )
  }
  if (dropped > 0) {
    findings.push(
      problem(
        `${counted(dropped, 'event')} of ${count(produced)} (${percent(dropped / produced)}) were lost, because the writer could not follow.`,
        'Give the ring more room, createScope({ ring: { records: 131072 } }), or record less.',
      ),
    )
  }
  if (pruned > 0) {
    findings.push(
      note(
        `${counted(pruned, 'old event')} were removed to keep the recording within its limits.`,
        'To keep more: createScope({ maxBytes, maxAgeMs, maxEvents }).',
      ),
    )
  }
  return findings
}

function judgeVersions({ versions }: Facts, { status }: RecordingFacts): Finding[] {
  const recorded = status?.process.cinescopeVersion ?? versions.cinescope
  if (recorded === versions.cinescope) return []
  return [
    note(
      `The server runs Cinescope ${recorded}, this command is ${versions.cinescope}.`,
      'Install the same version of both.',
    ),
  ]
}
