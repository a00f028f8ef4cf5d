/**
 * Opens recordings that may be hostile and asks each everything: `reads.ts [--commands] <path>...`; paths on standard input too,
 * one a line. With `--commands`, every command of the command line is run on each as well.
 * Prints one JSON line a path: how it went, and the largest resident size of this process so far.
 */

import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { CinescopeError } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import { askEverything, type Found } from '../asks.ts'
import { type Command, commandsWithoutLines, runEveryCommand } from '../command-lines.ts'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { commands: { type: 'boolean', default: false } },
})
const command = given.commands ? await loadCommand() : undefined

/** Errors without a code of ours are bugs. */
const seen = { codes: new Set<string>(), uncoded: new Set<string>(), corrupt: 0, answers: 0, slowest: '', slowestMs: 0 }

/** By address: the command is above this package. */
async function loadCommand(): Promise<Command> {
  const { main } = (await import(new URL('../../../../cli/src/main.ts', import.meta.url).href)) as { main: Command }
  const missing = await commandsWithoutLines(main)
  if (missing.length > 0) throw new Error(`commands that command-lines.ts does not run: ${missing.join(', ')}`)
  return main
}

async function attempt<T>(name: string, ask: () => T | Promise<T>): Promise<T | undefined> {
  const started = performance.now()
  try {
    const answer = await ask()
    seen.answers++
    const explain = (answer as { explain?: { corrupt: number } } | undefined)?.explain
    seen.corrupt += explain?.corrupt ?? 0
    // whatever comes out must be fit for output
    JSON.stringify(answer)
    return answer
  } catch (thrown) {
    if (thrown instanceof CinescopeError) seen.codes.add(thrown.code)
    else seen.uncoded.add(`${name}: ${thrown instanceof Error ? placeOf(thrown) : String(thrown)}`)
    return undefined
  } finally {
    const elapsedMs = Math.round(performance.now() - started)
    if (elapsedMs > seen.slowestMs) Object.assign(seen, { slowest: name, slowestMs: elapsedMs })
    if (Object.keys(Object.prototype).length > 0) seen.uncoded.add(`${name}: a prototype was written to`)
  }
}

/** The error and the line of ours that it came from. */
function placeOf({ name, message, stack = '' }: Error): string {
  const line = stack.split('\n').find((each) => each.includes('/src/'))
  return `${name}: ${message}${line === undefined ? '' : line.replace(/^.*\/packages\//, ' at ')}`
}

async function readAll(path: string): Promise<boolean> {
  let found: Found | undefined
  const recording = await attempt('open', () => openRecording(path))
  if (recording !== undefined) {
    found = await askEverything(recording, attempt)
    await attempt('close', () => recording.close())
  }
  if (command !== undefined) {
    const subject = {
      path,
      found: found ?? NOTHING,
      target: join(path.endsWith('.cine') ? dirname(path) : path, 'packed.out'),
    }
    await runEveryCommand(command, subject, attempt)
  }
  return recording !== undefined
}

const NOTHING: Found = { node: '', films: [], events: [], cursors: {} }

async function read(path: string): Promise<void> {
  seen.codes.clear()
  seen.uncoded.clear()
  Object.assign(seen, { corrupt: 0, answers: 0, slowest: '', slowestMs: 0 })
  const started = performance.now()
  const opened = await readAll(path)
  const line = {
    ...seen,
    path,
    opened,
    codes: [...seen.codes],
    uncoded: [...seen.uncoded],
    elapsedMs: Math.round(performance.now() - started),
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}

for (const path of positionals) await read(path)
if (positionals.length === 0) for await (const path of createInterface({ input: process.stdin })) await read(path)
