import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

function torture(...args: readonly string[]) {
  const program = new URL('../torture.ts', import.meta.url).pathname
  return spawnSync(process.execPath, ['--conditions=@cinescope/source', program, ...args], { encoding: 'utf8' })
}

describe('torture', () => {
  it('tells its seed first and a verdict last', { timeout: 120_000 }, () => {
    const { status, stdout } = torture('budget', 'changes', 'flips', 'fuzz', '--quick', '--seed', '5')
    const [first, ...lines] = stdout.trim().split('\n')
    expect(first).toBe('torture: seed 5')
    expect(lines.filter((line) => line.startsWith('verdict: '))).toEqual([
      expect.stringMatching(/^verdict: budget passed: \d+ events in \d+ s, [1-9]\d* pruned, /),
      expect.stringMatching(/^verdict: changes passed: 20000 changes, 0 events dropped; state at 20 instants /),
      expect.stringMatching(/^verdict: flips passed: 10 damaged copies read; \d+ s$/),
      expect.stringMatching(/^verdict: fuzz passed: \d+ damaged recordings: /),
    ])
    expect(status).toBe(0)
  })

  it('names what there is when it is asked for another', () => {
    const { status, stdout, stderr } = torture('nothing', '--runs', '0')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('there is no nothing, --runs 0')
    for (const name of ['kill', 'memory', 'soak', 'budget', 'changes', 'flips', 'fuzz'])
      expect(stderr).toContain(`\n  ${name} `)
  })
})
