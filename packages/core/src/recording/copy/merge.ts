/** Makes one file of the recordings of several processes. */

import { FileWriter, type PartWriter } from '../../store/sqlite/part-writer.ts'
import { openRecording } from '../open-recording.ts'
import { copyPart, type CopiedPart } from './copy-part.ts'
import { Inputs, type LeftOut, type ProcessInputs } from './inputs.ts'
import { linksIn } from './find-links.ts'
import { type Target, writeNewFile } from './new-file.ts'
import { type Turn, turns } from './turns.ts'
import { uniteExtracts } from './unite-extracts.ts'

/** What a new file holds. */
export interface CopyReport {
  readonly processes: number
  readonly segments: number
  /** Segments that could not be read and are holes now. */
  readonly corrupt: number
  /** All films that span processes are one; false where there were more than 262,144, of which the others stay apart. */
  readonly areJoined: boolean
  /** Files of a directory that could not be read. */
  readonly leftOut: readonly LeftOut[]
}

/**
 * Writes all that is at `places`, files and directories, to one file: the same whatever their order, and whatever is given twice
 * or was merged before. Segments go over byte for byte; films of one trace that span processes are one film in the result.
 * @throws CSC_ERR_STORE when the target cannot be written, CSC_ERR_ABORTED; as `openRecording`; CSC_ERR_LIMIT for more than 256 processes
 */
export async function mergeRecordings(places: readonly string[], target: Target): Promise<CopyReport> {
  using inputs = new Inputs(places)
  return await writeParts(target, inputs, ({ readers }, writer, turn) => {
    const whole = readers.some((reader) => !reader.isExtract)
    return whole ? copyPart(readers, writer, turn) : uniteExtracts(readers, writer, turn)
  })
}

/** Writes a file of what `copy` takes of each process, and what of it belongs together. */
export async function writeParts(
  target: Target,
  { paths, processes, leftOut }: Pick<Inputs, 'paths' | 'processes' | 'leftOut'>,
  copy: (process: ProcessInputs, writer: PartWriter, turn: Turn) => Promise<CopiedPart>,
): Promise<CopyReport> {
  const parts: CopiedPart[] = []
  const turn = turns(target.signal)
  let areJoined = true
  await writeNewFile(target, paths, async (temporary) => {
    await fill(temporary, async (file) => {
      for (const [part, process] of processes.entries()) parts.push(await copy(process, file.part(part), turn))
    })
    const { links, areAll } = await linksIn(temporary, turn)
    if (links.length > 0) await fill(temporary, (file) => file.links(links))
    areJoined = areAll
    // whoever wrote it is the first to read it
    await openRecording(temporary).close()
  })
  const sum = (of: (part: CopiedPart) => number): number => parts.reduce((total, part) => total + of(part), 0)
  return {
    processes: parts.length,
    segments: sum(({ segments }) => segments),
    corrupt: sum(({ corrupt }) => corrupt),
    areJoined,
    leftOut,
  }
}

async function fill(path: string, write: (file: FileWriter) => void | Promise<void>): Promise<void> {
  const file = new FileWriter(path)
  try {
    await write(file)
    file.commit()
  } finally {
    file.close()
  }
}
