/** What `npm run torture -- fuzz` has found. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRecording } from '@cinescope/core/reader'
import { temporaryDirectory } from '../badluck/programs.ts'
import { altered, sampleRecording } from '../badluck/sample.ts'

describe('a damaged recording', () => {
  it('whose keys are longer than any that is interned has corrupt values, not answers of many megabytes', async () => {
    await using directory = await temporaryDirectory()
    const sample = await sampleRecording(directory.path, 5)
    const path = altered(sample, join(directory.path, 'keys.cine'), "UPDATE key SET text = printf('%.65536c', 'k')")
    await using recording = openRecording(path)
    const page = await recording.events()
    expect(page.explain.corrupt).toBeGreaterThan(0)
    expect(JSON.stringify(page).length).toBeLessThan(100_000)
  })
})
