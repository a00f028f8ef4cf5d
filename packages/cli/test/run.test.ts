import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { BIN, json, Place, run, start } from './cli.ts'

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

  const script = '/usr/bin/script'
  test.runIf(existsSync(script))('a program at a terminal has each Ctrl-C once', async () => {
    const file = program(
      'graceful.mjs',
      `let signals = 0
      process.on('SIGINT', () => {
        if (++signals === 1) setTimeout(() => { console.log(\`signals: \${signals}\`); process.exit(0) }, 500)
      })
      setInterval(() => undefined, 1000)
      console.log('ready')`,
    )
    // `exec`: a shell that waits dies of the same Ctrl-C
    const command = [
      process.execPath,
      '--conditions=@cinescope/source',
      BIN,
      'run',
      '--directory',
      join(place.directory, 'terminal'),
      file,
    ]
    const terminal = spawn(script, ['-qec', `exec ${command.map((word) => `'${word}'`).join(' ')}`, '/dev/null'])
    let printed = ''
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (text.includes('ready')) terminal.stdin.write('\u0003')
    })
    const [code] = (await once(terminal, 'close')) as [number]
    expect([code, /signals: \d+/.exec(printed)?.[0]]).toEqual([0, 'signals: 1'])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR2'] as const)(
    '%s that is sent to it alone goes on to the program',
    async (signal) => {
      const file = program(
        `${signal}.mjs`,
        `process.on('${signal}', () => { console.log('heard'); process.exit(3) })
      setInterval(() => undefined, 1000)
      console.log('ready')`,
      )
      await using ran = start(['run', '--directory', join(place.directory, signal), file])
      await ran.printed(1)
      expect(await ran.end(signal)).toBe(3)
      expect(ran.lines).toEqual(['ready', 'heard'])
    },
  )

  test('a program talks with whoever forked it', async () => {
    const file = program(
      'forked.mjs',
      `process.on('message', (message) => process.send({ echo: message }))
      process.on('disconnect', () => process.exit(5))
      process.send({ big: 1n })
      process.send('ready')`,
    )
    const child = fork(BIN, ['run', '--directory', join(place.directory, 'forked'), file], {
      execArgv: ['--conditions=@cinescope/source'],
      silent: true,
    })
    const said: unknown[] = []
    child.on('message', (message) => {
      said.push(message)
      if (message === 'ready') child.send({ n: 1 })
      else child.disconnect()
    })
    const [code] = (await once(child, 'exit')) as [number]
    expect([code, said]).toEqual([5, ['ready', { echo: { n: 1 } }]])
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
