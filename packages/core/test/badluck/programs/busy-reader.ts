/** Asks a recording for all it has, again and again, until its standard input ends: `busy-reader.ts <path>`; tells how often. */

import { openRecording } from '@cinescope/core/reader'

const recording = openRecording(process.argv[2] ?? '')
let isOver = false
process.stdin.on('end', () => (isOver = true)).resume()
let questions = 0
let corrupt = 0
while (!isOver) {
  // each reads all values of all segments, for some seconds
  const { explain } = await recording.events({ where: { text: '0.' }, limit: 10 })
  corrupt += explain.corrupt
  await recording.events({ limit: 2000, order: '-time' })
  questions += 2
  await new Promise((resolve) => setImmediate(resolve))
}
await recording.close()
process.stdout.write(JSON.stringify({ questions, corrupt }))
