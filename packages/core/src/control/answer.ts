/** What a process does when it is asked through its control socket. It runs in the writer thread, so a program that is blocked is answered for. */

import { assertNever, CinescopeError } from '@cinescope/protocol'
import type { LiveSettings } from '../options/live-settings.ts'
import type { ProcessInfo } from '../base/process.ts'
import { wantedInText } from '../options/wanted-changes.ts'
import type { Strands } from '../ingest/strands.ts'
import { answerLine, type ControlAnswer, type ControlRequest, type ControlStatus, readRequest } from './exchange.ts'

/** Who does it. */
export interface ControlHost {
  readonly process: ProcessInfo
  readonly live: LiveSettings
  readonly strands: Strands
  /** Of the recording. */
  bytes(): number
  /** Settings have changed: all threads are to be told. */
  onChanged(): void
  /** The windows of all threads have been kept: it is to be told in the recording. */
  onKept(reason: string): void
}

/** Answers one line by another. Never throws. */
export function answer(line: string, host: ControlHost): string {
  try {
    return answerLine(comply(readRequest(line), host))
  } catch (thrown) {
    if (thrown instanceof CinescopeError) return answerLine(thrown)
    return answerLine(new CinescopeError('CSC_ERR_CONTROL', 'the request failed by a fault of ours', { cause: thrown }))
  }
}

function comply(request: ControlRequest, host: ControlHost): ControlAnswer {
  const { live, strands } = host
  switch (request.ask) {
    case 'status':
      return { status: statusOf(host) }
    case 'get':
      return { settings: live.byName() }
    case 'set': {
      const changes = live.change(wantedInText(request.options), 'ctl')
      host.onChanged()
      const changed = changes.map(({ key, from = null, to = null }) => ({ key, from, to }))
      return { status: statusOf(host), changed, settings: live.byName() }
    }
    case 'keep': {
      const { policy } = live.now.keep
      if (policy !== 'window') throw nothingHeld(policy)
      for (const strand of strands) strand.keepWindow()
      host.onKept(request.reason)
      return { status: statusOf(host) }
    }
    default:
      return assertNever(request)
  }
}

function statusOf({ process, live, strands, bytes }: ControlHost): ControlStatus {
  return {
    pid: process.pid,
    service: process.service,
    policy: live.now.keep.policy,
    threads: Array.from(strands).length,
    waiting: strands.backlog(),
    commits: strands.commits,
    bytes: bytes(),
  }
}

function nothingHeld(policy: 'all' | 'tail'): CinescopeError {
  const why = policy === 'all' ? 'everything is kept as it is' : 'films are kept by their end'
  const message = `there is no window to keep: the option keep.policy is '${policy}', so ${why}; it is said when the program starts`
  return new CinescopeError('CSC_ERR_CONTROL', message)
}
