/** A copy of a recording that is being damaged: its files in memory, written to a directory when they are read. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A sound recording to damage. */
export interface Shape {
  readonly name: string
  /** By name; of recordings that are or were written, `-wal` too. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What is opened: one of the files, or `.` for their directory. */
  readonly opened: string
}

/** The files of a copy; operations replace them. */
export type Files = Map<string, Uint8Array>

/** Reads the files of `directory`, locks left out. */
export function filesOf(directory: string): Map<string, Uint8Array> {
  const names = readdirSync(directory).filter((name) => !name.endsWith('-lock') && !name.endsWith('-shm'))
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]))
}

/** Makes `directory` hold exactly these files. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes)
}

/** The recordings among the files: one of them is damaged by each operation. */
export function recordingNames(files: Files): string[] {
  return [...files.keys()].filter((name) => name.endsWith('.cine'))
}
