/** Asking a running process through its control socket. */

import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { type ControlAnswer, type ControlRequest, MAX_LINE_BYTES, readAnswer } from './exchange.ts'
import { checkPrivate, socketDirectory, socketPath } from './place.ts'

/** A writer that is in the middle of a long commit answers after it. */
const ANSWER_MS = 5000
/** A process has its socket a moment after it has started. */
const YOUNG_MS = 1500
const LOOK_EVERY_MS = 50

/** Whom to ask. */
export interface ControlTarget {
  readonly node: NodeId
  /** The user as whom it runs; on Windows any number. */
  readonly uid: number
}

/** Asks, and gives the answer. @throws CSC_ERR_CONTROL when it cannot be reached, or refuses @throws CSC_ERR_OPTION for an option that cannot change, or so */
export async function askProcess({ node, uid }: ControlTarget, request: ControlRequest): Promise<ControlAnswer> {
  const path = socketPath(node, uid)
  const directory = socketDirectory(uid)
  if (directory !== undefined) await appears(path)
  try {
    if (directory !== undefined) checkPrivate(directory, uid)
    return readAnswer(await exchange(path, `${JSON.stringify(request)}\n`))
  } catch (cause) {
    if (cause instanceof CinescopeError) throw cause
    throw unreachable(path, cause as NodeJS.ErrnoException)
  }
}

async function appears(path: string): Promise<void> {
  for (let left = YOUNG_MS; left > 0 && !existsSync(path); left -= LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS)
}

function exchange(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const deadline = setTimeout(() => socket.destroy(slow(path)), ANSWER_MS)
    let answer = ''
    let failure: Error = dismissed(path)
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(line))
    socket.on('data', (text: string) => {
      answer += text
      if (answer.length > MAX_LINE_BYTES) socket.destroy()
    })
    socket.on('error', (error) => (failure = error))
    socket.on('close', () => {
      clearTimeout(deadline)
      if (answer.endsWith('\n')) resolve(answer)
      else reject(failure)
    })
  })
}

function dismissed(path: string): CinescopeError {
  const message = `${path} gave no answer and hung up: the process ends, or too many ask it at once; try again`
  return new CinescopeError('CSC_ERR_CONTROL', message)
}

function slow(path: string): CinescopeError {
  const message = `${path} gave no answer within ${ANSWER_MS / 1000} s: its writer thread is busy; try again`
  return new CinescopeError('CSC_ERR_CONTROL', message)
}

function unreachable(path: string, cause: NodeJS.ErrnoException): CinescopeError {
  const { code, message } = cause
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? `access to ${path} is denied (${code}); ask as the user that the process runs as`
      : code === 'ENOENT' || code === 'ECONNREFUSED'
        ? `there is no socket at ${path} (${code}); the process has \`control: false\`, or another TMPDIR than this one, or was recorded by a version without control`
        : `${path} cannot be reached: ${message}`
  return new CinescopeError('CSC_ERR_CONTROL', why, { cause })
}
