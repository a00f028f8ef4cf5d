import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { json, Place, run } from './cli.ts'

describe('run', () => {
  const place = new Place()
  const program = (name: string, source: string): string => {
    mkdirSync(place.directory, { recursive: true })
    const file = join(place.directory, name)
    writeFileSync(file, source)
    return file
  }
  afterAll(() => place[Symbol.dispose]())

  test('records a program and hands it its arguments, options of the same names included', async () => {
    const file = program('args.mjs', 'console.log(JSON.stringify(process.argv.slice(2)))')
    const films = join(place.directory, 'films')
    const ran = await run(['run', '--directory', films, '--service', 'shop', file, '--service', 'x', '-h', '--', 'y'])
    expect(ran).toEqual({ code: 0, stdout: '["--service","x","-h","--","y"]\n', stderr: '' })
    const { ledger, recording } = (await json('ledger', films)) as {
      ledger: { stored: number }
      recording: { service: string }
    }
    expect(recording.service).toBe('shop')
    expect(ledger.stored).toBeGreaterThan(0)
  })

  test('ends with the exit code of the program', async () => {
    const file = program('exit.mjs', 'process.exit(7)')
    expect(await run(['run', '--directory', join(place.directory, 'exit'), file])).toMatchObject({
      code: 7,
      stdout: '',
    })
  })

  test('records what a command starts, through its environment', async () => {
    const file = program('child.mjs', "console.log('child')")
    const films = join(place.directory, 'command')
    const ran = await run(['run', '--directory', films, 'sh', '-c', `exec "${process.execPath}" "${file}"`])
    expect(ran).toMatchObject({ code: 0, stdout: 'child\n' })
    expect((await run(['query', films])).stdout).toContain('child')
  })

  test('says what cannot be run, and asks for a program', async () => {
    expect(await run(['run', 'no-such-command-at-all'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "cinescope: there is no program 'no-such-command-at-all' to run: it is neither a file for Node (*.js, *.ts, ...) nor a command\n",
    })
    expect((await run(['run'])).stderr).toMatch(/run needs PROGRAM: cinescope run \[options\] PROGRAM \[ARGUMENTS\]/)
    expect((await run(['run', '--servce', 'x', 'a.js'])).stderr).toMatch(
      /no option --servce\. Did you mean --service\?/,
    )
  })
})
