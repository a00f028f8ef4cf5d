/** Damage to SQLite's log that SQLite itself cannot see: frames are changed and every checksum is made right again. */

import { flipBits } from './bytes.ts'
import { intBelow, type Random } from './random.ts'

const HEADER = 32
const FRAME = 24

/** Changes pages, page numbers and commit marks of a log; it stays one that SQLite takes. */
export function changeLog(log: Buffer, random: Random): Uint8Array {
  if (log.length < HEADER + FRAME) return log
  const pageSize = log.readUInt32BE(8)
  const size = FRAME + pageSize
  const frames = Math.floor((log.length - HEADER) / size)
  if (pageSize < 512 || frames < 1) return log
  const changes = 1 + intBelow(random, 3)
  for (let i = 0; i < changes; i++) {
    const at = HEADER + intBelow(random, frames) * size
    changeFrame(log.subarray(at, at + size), random)
  }
  const kept = random() < 0.3 ? 1 + intBelow(random, frames) : frames
  const end = HEADER + kept * size
  // the last frame kept must be a commit, else SQLite leaves all since the one before out
  if (log.readUInt32BE(end - size + 4) === 0) log.writeUInt32BE(1 + intBelow(random, 200), end - size + 4)
  resign(log.subarray(0, end), size)
  return log.subarray(0, end)
}

function changeFrame(frame: Buffer, random: Random): void {
  const kind = random()
  if (kind < 0.6) flipBits(frame.subarray(FRAME), random)
  else if (kind < 0.75) frame.writeUInt32BE(1 + intBelow(random, 60), 0)
  else if (kind < 0.85) frame.writeUInt32BE(intBelow(random, 2) === 0 ? 1 : 0xffff_fff0, 4)
  else frame.fill(intBelow(random, 256), FRAME, FRAME + 1 + intBelow(random, 100))
}

/** Writes the checksums of header and frames: each goes on from the one before. */
function resign(log: Buffer, size: number): void {
  const isBig = (log.readUInt32BE(0) & 1) === 1
  let sums: Sums = [0, 0]
  const put = (at: number): void => {
    log.writeUInt32BE(sums[0], at)
    log.writeUInt32BE(sums[1], at + 4)
  }
  sums = summed(log.subarray(0, 24), sums, isBig)
  put(24)
  for (let at = HEADER; at + size <= log.length; at += size) {
    log.copy(log, at + 8, 16, 24)
    sums = summed(log.subarray(at, at + 8), sums, isBig)
    sums = summed(log.subarray(at + FRAME, at + size), sums, isBig)
    put(at + 16)
  }
}

type Sums = readonly [number, number]

function summed(bytes: Buffer, [first, second]: Sums, isBig: boolean): Sums {
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0
    second = (second + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0
  }
  return [first, second]
}
