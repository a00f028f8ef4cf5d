import { describe, expect, it, vi } from 'vitest'
import { json, Place, run } from './cli.ts'

const WINDOW = { keep: { policy: 'window' } } as const

describe('cinescope ctl', () => {
  it('tells how each process of a directory is, in one line each', async () => {
    using place = new Place()
    await using one = await place.scope()
    await using two = await place.scope({ service: 'mail', ...WINDOW })
    await Promise.all([one.flush(), two.flush()])
    const { code, stdout } = await run(['ctl', 'status', place.directory])
    expect(code).toBe(0)
    expect(stdout.split('\n').toSorted()).toEqual([
      '',
      expect.stringMatching(/^pid \d+, mail: keep.policy window, 1 thread, \d+ records waiting, \d+ commits?, /),
      expect.stringMatching(/^pid \d+, shop: keep.policy all, 1 thread, /),
    ])
  })

  it('gets options as they are, in the form in which they can be set', async () => {
    using place = new Place()
    await using scope = await place.scope({ maxAgeMs: 60_000 })
    await scope.flush()
    const { stdout } = await run(['ctl', 'get', place.directory])
    const pairs = stdout.trim().split(': ')[1]?.split(' ') ?? []
    expect(pairs).toContain('maxAgeMs=60000')
    expect(pairs).toContain('maxEvents=none')
    scope.set({ maxAgeMs: null, sample: 0.5 })
    expect(await run(['ctl', 'set', ...pairs, place.directory])).toMatchObject({ code: 0, stderr: '' })
    await vi.waitFor(() => expect(scope.settings).toMatchObject({ maxAgeMs: 60_000, sample: 1 }), 10_000)
  })

  it('sets options, and takes limits away', async () => {
    using place = new Place()
    await using scope = await place.scope({ maxAgeMs: 60_000 })
    await scope.flush()
    const set = ['ctl', 'set', 'values.maxBytes=100', 'maxAgeMs=null', 'sample=0.25', place.directory]
    const { stdout } = await run(set)
    expect(stdout).toMatch(/^pid \d+, shop: sample 1 → 0.25, maxAgeMs 60000 → none, values.maxBytes 8192 → 100\n$/)
    await vi.waitFor(() => {
      expect(scope.settings).toMatchObject({ values: { maxBytes: 100 }, maxAgeMs: undefined, sample: 0.25 })
    }, 10_000)
    expect((await run(set)).stdout).toContain('that is how it was')
    expect((await run(['query', place.directory, 'kind:control'])).stdout).toContain('sample 1 → 0.25, by ctl')
    const { processes } = await json('ctl', 'set', 'maxAgeMs=5000', place.directory)
    expect(processes).toEqual([
      expect.objectContaining({
        node: scope.node,
        changed: [{ key: 'maxAgeMs', from: null, to: 5000 }],
        settings: expect.objectContaining({ 'values.maxBytes': 100, maxEvents: null }) as object,
      }),
    ])
  })

  it('has the window kept, and says where none is held', async () => {
    using place = new Place()
    await using scope = await place.scope(WINDOW)
    scope.span('what led to it', () => undefined)
    await scope.flush()
    const { stdout } = await run(['ctl', 'keep', 'orders hang', place.directory])
    expect(stdout).toMatch(/^pid \d+, shop: the window is kept\n$/)
    await scope.flush()
    const { stdout: told } = await run(['query', place.directory])
    expect(told).toContain('what led to it')
    expect(told).toContain("reason: 'orders hang'")
    using other = new Place()
    await using all = await other.scope()
    await all.flush()
    expect(await run(['ctl', 'keep', 'x', other.directory])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("keep.policy is 'all'") as string,
    })
  })

  it('says of each process why it could not be asked, and asks the others', async () => {
    using place = new Place()
    await using one = await place.scope({ control: false, service: 'closed' })
    await using two = await place.scope()
    await Promise.all([one.flush(), two.flush()])
    const { code, stdout, stderr } = await run(['ctl', 'get', place.directory])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^pid \d+, shop: sample=1 /)
    expect(stderr).toMatch(
      /^cinescope: pid \d+, closed: there is no socket at .*\.ctl \(ENOENT\).*control: false.*TMPDIR/,
    )
    expect(stderr).toContain(`${one.node}.ctl`)
  })

  it('looks where the client has its directory for temporary files, and says where', async () => {
    using place = new Place()
    await using scope = await place.scope()
    await scope.flush()
    const { code, stderr } = await run(['ctl', 'status', place.directory], { TMPDIR: place.directory })
    expect(code).toBe(1)
    expect(stderr).toContain(`${place.directory}/cinescope-`)
    expect(stderr).toContain('TMPDIR')
  })

  it('says so when nobody is there any more', async () => {
    using place = new Place()
    await place.record(() => undefined)
    const gone = await run(['ctl', 'status', place.directory])
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('is not running any more') as string })
    await place.record(() => undefined)
    const both = await run(['ctl', 'status', place.directory])
    expect(both.stderr).toContain('no process of the 2 recordings there is running any more')
  })

  it.each<[string, readonly string[], RegExp]>([
    ['an action that is none', ['statsu'], /'statsu' is none of them\. Did you mean status/],
    ['nothing to set', ['set'], /needs what to set/],
    ['a PATH before what to set', ['set', 'there', 'sample=1'], /the PATH comes last/],
    ['two of them', ['get', 'here', 'there'], /'there' is one word too many for ctl get/],
    ['the same twice', ['set', 'sample=1', 'sample=0'], /sample is set twice/],
    ['no reason', ['keep'], /needs a reason/],
    ['a path for a reason', ['keep', '.'], /'\.' is a path; the reason comes first/],
  ])('refuses %s', async (_, words, message) => {
    expect(await run(['ctl', ...words])).toMatchObject({ code: 2, stderr: expect.stringMatching(message) as string })
  })

  it.each([
    ['redaction.text=keep', 'cannot change at run time; what can: sample, '],
    ['maxBytes=none', "maxBytes is 'none'; it must be an integer from 1048576"],
    ['smaple=0.5', '. Did you mean sample? [CSC_ERR_OPTION]'],
    ['maxAgeMs=week', 'or none [CSC_ERR_OPTION]'],
    ['sample=2', 'sample is 2; it must be a number from 0 to 1'],
  ])('passes on why a process refuses to set %s', async (pair, message) => {
    using place = new Place()
    await using scope = await place.scope()
    await scope.flush()
    const { code, stderr } = await run(['ctl', 'set', pair, place.directory])
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
