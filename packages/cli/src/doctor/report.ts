/** The doctor's findings as lines for people. */

import { filesTable } from './files-table.ts'
import { hookLines } from './hooks.ts'
import type { Coverage } from './coverage.ts'
import type { Facts, RecordingFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { ledgerSum } from '../commands/ledger.ts'
import { type Line, styled } from '../format/styled.ts'
import { visible, wrapWords } from '../format/visible.ts'
import { bytes, count, cpu, duration, percent } from '../format/units.ts'

const MARGIN = 'problem  '.length

/** The whole report. */
export function reportLines(facts: Facts, findings: readonly Finding[], width: number): Line[] {
  const newest = facts.recordings.find(({ status }) => status !== undefined)
  const hooks = newest?.status?.hooks ?? []
  return [
    ...section('Versions', prose(versionLines(facts, newest), width)),
    ...section('Recordings', filesTable(facts, width)),
    ...(newest === undefined ? [] : section('Ledger', [[ledgerSum(newest.ledger!)], [`tail: ${newest.ledger!.tail}`]])),
    ...(hooks.length === 0 ? [] : section('Hooks', hookLines(hooks, width))),
    ...(facts.coverage === undefined ? [] : section('What is recorded', prose(coverageLines(facts.coverage), width))),
    ...(newest === undefined ? [] : section('What it costs', prose(costLines(newest, facts.coverage), width))),
    ...section('Findings', findingLines(findings, width)),
  ]
}

function section(title: string, lines: readonly Line[]): Line[] {
  return [[styled('bold', title)], ...lines.map((line) => ['  ', ...line]), []]
}

function versionLines({ versions }: Facts, newest: RecordingFacts | undefined): string[] {
  const { process } = newest?.status ?? {}
  const here = `cinescope ${versions.cinescope}, Node ${versions.node}, SQLite ${versions.sqlite ?? 'unknown'}`
  if (process === undefined) return [here]
  const { cinescopeVersion, nodeVersion, service } = process
  return [here, `recorded by cinescope ${cinescopeVersion}, Node ${nodeVersion.replace(/^v/, '')} (${service})`]
}

function coverageLines({ byFramework, sampled, probes }: Coverage): string[] {
  if (sampled === 0) return ['nothing yet']
  const seen = probes.map(({ name, seen: many, why }) => {
    const text = `${many === 0 ? 'no ' : 'yes'}  ${name}: ${count(many)}`
    return why === undefined ? text : `${text} (${why})`
  })
  const frameworks = Array.from(byFramework, ([framework, kinds]) => {
    const parts = Array.from(kinds).toSorted((a, b) => b[1] - a[1])
    return `${framework}: ${parts.map(([kind, many]) => `${count(many)} ${kind}`).join(', ')}`
  })
  return [...seen, ...frameworks, `(counted over the newest ${count(sampled)} spans and points)`]
}

/** Texts, which may be hostile, over as many lines as they need; continued lines are set in. */
function prose(texts: readonly string[], width: number): Line[] {
  return texts.flatMap((text) =>
    wrapWords(visible(text), width - 4).map((line, index) => [index === 0 ? line : `  ${line}`]),
  )
}

function costLines({ status, ledger }: RecordingFacts, coverage: Coverage | undefined): string[] {
  // both are there for a recording that could be read
  const { counters, process, bytes: size } = status!
  const events = Math.max(1, ledger!.produced)
  const [probeMs, writerMs] = [counters['cinescope.probe.cpu_ms'], counters['cinescope.writer.cpu_ms']]
  const sinceMs = coverage?.lastNs === undefined ? undefined : (coverage.lastNs - process.anchor.atNs) / 1e6
  const line = (name: string, ms: number | undefined): string => {
    if (ms === undefined || ms === 0) return `${name}: not measured yet`
    // a share of less than a second says nothing: starting up is most of it
    const share = sinceMs === undefined || sinceMs < 1000 ? '' : `, ${percent(ms / sinceMs)} of one CPU since the start`
    return `${name}: ${cpu(ms)} of CPU, ${duration((ms * 1e6) / events)} an event${share}`
  }
  return [
    line('probes on the server thread (sampled)', probeMs),
    line('writer thread, its start included', writerMs),
    `disk: ${bytes(size)}, ${bytes(Math.round(size / events))} an event`,
  ]
}

function findingLines(findings: readonly Finding[], width: number): Line[] {
  if (findings.length === 0) return [[styled('green', 'nothing is wrong')]]
  return findings.flatMap(({ level, what, remedy }): Line[] => {
    const head = styled(level === 'problem' ? 'red' : 'yellow', level.padEnd(MARGIN))
    const room = width - MARGIN - 2
    const fill = ' '.repeat(MARGIN)
    return [
      ...wrapWords(visible(what), room).map((line, index) => [index === 0 ? head : fill, line]),
      ...wrapWords(visible(remedy), room).map((line) => [fill, styled('dim', line)]),
    ]
  })
}
