/** Keys of a terminal, one by one. */

import { emitKeypressEvents } from 'node:readline'
import type { ReadStream } from 'node:tty'

/** A key as it is named: `left`, `pageup`, `q`, `G`, or `ctrl-c`. */
export type KeyName = string

/** True if somebody sits at both ends: keys can be read, and what they do be shown. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/**
 * Keys as they are typed, until `signal` says so or the terminal is gone. Typed faster than they are taken they wait. The
 * terminal is as before when the loop ends, however it does.
 */
export async function* keys(signal: AbortSignal): AsyncGenerator<KeyName> {
  const input: ReadStream = process.stdin
  const typed: KeyName[] = []
  let wake: () => void = () => undefined
  let isOver = signal.aborted
  const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined): void => {
    typed.push(nameOf(text, key))
    wake()
  }
  const end = (): void => {
    isOver = true
    wake()
  }
  emitKeypressEvents(input)
  input.on('keypress', onKey).once('end', end).once('close', end)
  signal.addEventListener('abort', end)
  input.setRawMode(true)
  input.resume()
  try {
    while (!isOver || typed.length > 0) {
      const next = typed.shift()
      if (next !== undefined) yield next
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    input.off('keypress', onKey).off('end', end).off('close', end)
    signal.removeEventListener('abort', end)
    if (!input.destroyed) input.setRawMode(false)
    input.pause()
  }
}

function nameOf(text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined): KeyName {
  if (key?.ctrl === true) return `ctrl-${key.name ?? ''}`
  // letters as they were typed: g and G are two keys
  return text !== undefined && /^[\u0021-\u007e]$/.test(text) ? text : (key?.name ?? '')
}
