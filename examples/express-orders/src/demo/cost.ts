/** What recording cost, as the recording itself tells. */

import { openRecording } from '@cinescope/core/reader'

/** Lines about CPU and disk, per request where that says more. */
export async function costLines(path: string): Promise<readonly string[]> {
  await using recording = openRecording(path)
  const [{ counters, bytes }, { produced }, films] = [
    await recording.status(),
    await recording.ledger(),
    await recording.films({ limit: 10_000 }),
  ]
  const requests = Math.max(1, films.items.length)
  const line = (what: string, ms: number | undefined): string =>
    ms === undefined || ms === 0
      ? `${what}: not measured yet`
      : `${what}: ${ms.toFixed(1)} ms of CPU, ${((ms * 1000) / requests).toFixed(0)} µs a request`
  return [
    line('probes in the server', counters['cinescope.probe.cpu_ms']),
    line('writer thread, with its start', counters['cinescope.writer.cpu_ms']),
    `disk: ${(bytes / 1024).toFixed(0)} KiB for ${produced} events, not compacted while the server writes`,
    'All of it cold: the server has just started, and its code and ours were compiled meanwhile. docs/overhead.md has a warm one.',
  ]
}
