import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Film } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import { transform } from '@swc/core'
import { build, type BuildOptions } from 'esbuild'
import { describe, expect, test } from 'vitest'

const runFile = promisify(execFile)
const MODULES = join(import.meta.dirname, '../../../../node_modules')

/** What every program does, whatever it is written in. */
const APP = `
  const app = express()
  app.use(express.json())
  app.use(function auth(req, res, next) { setTimeout(next, 1) })
  const router = express.Router()
  router.get('/users/:id', async function show(req, res) {
    const inner = await fetch('http://127.0.0.1:' + server.address().port + '/inner')
    res.json({ id: req.params.id, inner: await inner.text() })
  })
  app.use('/api', router)
  app.get('/inner', function inner(req, res) { res.send('inner') })
  const server = app.listen(0, '127.0.0.1', async () => {
    const answer = await fetch('http://127.0.0.1:' + server.address().port + '/api/users/7?x=1')
    console.log(await answer.text())
    server.close()
    server.closeAllConnections()
  })
`

const ESM = `import express from 'express'\n${APP}`
const CJS = `const express = require('express')\n${APP}`
const TYPED = `import express, { type Request, type Response } from 'express'\ntype Unused = Request | Response\n${APP}`

async function expectHandlers(program: Program): Promise<void> {
  const request = (await program.films()).get('GET /api/users/:id')
  expect(request?.events.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining(['middleware auth', 'handler show']),
  )
}

class Program implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'cinescope-register-'))

  constructor(name: string, source: string) {
    symlinkSync(MODULES, join(this.directory, 'node_modules'))
    writeFileSync(join(this.directory, 'package.json'), '{"private":true}')
    writeFileSync(join(this.directory, name), source)
  }

  async run(...args: readonly string[]): Promise<string> {
    const preload = ['--conditions=@cinescope/source', '--import', '@cinescope/core/register']
    const { stdout, stderr } = await runFile(process.execPath, [...preload, ...args], { cwd: this.directory })
    expect(stderr).toBe('')
    return stdout
  }

  async bundle(format: 'esm' | 'cjs', options: BuildOptions): Promise<void> {
    const outfile = join(this.directory, 'bundle.js')
    const entryPoints = [join(this.directory, 'app.ts')]
    await build({ entryPoints, outfile, format, bundle: true, platform: 'node', target: 'node22', ...options })
    writeFileSync(
      join(this.directory, 'package.json'),
      JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' }),
    )
  }

  /** The films by name. */
  async films(): Promise<ReadonlyMap<string, Film>> {
    await using recording = openRecording(join(this.directory, '.cinescope'))
    const { items } = await recording.films()
    const films = await Promise.all(items.map(({ id }) => recording.film(id)))
    return new Map(films.map((film) => [film.summary.name, film]))
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true })
  }
}

describe('a program that says nothing of Cinescope', () => {
  test.each([
    ['an ES module', 'app.mjs', ESM],
    ['CommonJS', 'app.cjs', CJS],
    ['types that are stripped', 'app.mts', TYPED],
    ['an ES module with Express 4', 'app.mjs', ESM.replace("'express'", "'express4'")],
    ['CommonJS with Express 4', 'app.cjs', CJS.replace("'express'", "'express4'")],
  ])('of %s is recorded down to its handlers', async (_, name, source) => {
    using program = new Program(name, source)
    expect(await program.run(name)).toBe('{"id":"7","inner":"inner"}\n')
    const films = await program.films()
    const request = films.get('GET /api/users/:id')!
    const names = request.events.map((event) => `${event.kind} ${event.name}`)
    expect(names).toEqual(
      expect.arrayContaining(['middleware auth', expect.stringContaining('router router'), 'handler show']),
    )
    expect(request.summary).toMatchObject({ status: 200, error: false })
    const call = request.events.find(({ kind }) => kind === 'client.request')!
    const handler = request.events.find(({ kind }) => kind === 'handler')!
    expect(call.parent).toBe(handler.id)
    // what the inner request was caused by
    const inner = films.get('GET /inner')!
    expect(inner.events[0]!.cause).toBe(call.id)
    expect(inner.summary.traceId).toBe(request.summary.traceId)
  })

  test('run by tsx is recorded, with types that cannot be stripped', async () => {
    const source = `import express from 'express'\nenum Kind { a }\nvoid Kind.a\n${APP}`
    using program = new Program('app.ts', source)
    await program.run('--import', 'tsx', 'app.ts')
    await expectHandlers(program)
  })

  test('compiled by swc to CommonJS is recorded', async () => {
    const { code } = await transform(TYPED, { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } })
    using program = new Program('app.cjs', code)
    await program.run('app.cjs')
    await expectHandlers(program)
  })

  test.each(['esm', 'cjs'] as const)(
    'bundled by esbuild to %s with its packages outside is recorded',
    async (format) => {
      using program = new Program('app.ts', TYPED)
      await program.bundle(format, { packages: 'external' })
      await program.run('bundle.js')
      await expectHandlers(program)
    },
  )

  test('bundled with its packages inside is recorded by request, and the doctor is told why not further', async () => {
    using program = new Program('app.ts', TYPED)
    await program.bundle('cjs', {})
    await program.run('bundle.js')
    const films = await program.films()
    const request = films.get('GET')!
    expect(request.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['request', 'client.request']))
    await using recording = openRecording(join(program.directory, '.cinescope'))
    const { hooks } = await recording.status()
    expect(hooks.filter(({ name }) => name.startsWith('express')).map(({ state }) => state)).toEqual([
      'absent',
      'absent',
    ])
    expect(hooks.find(({ name }) => name === 'express 4')?.remedy).toContain('external')
  })

  test('is recorded down to its handlers in a thread of its own too, in the same recording', async () => {
    const source = `
      import { isMainThread, Worker } from 'node:worker_threads'
      import express from 'express'
      if (isMainThread) new Worker(new URL(import.meta.url)).on('exit', (code) => console.log('exit', code))
      else { ${APP} }`
    using program = new Program('app.mjs', source)
    expect((await program.run('app.mjs')).split('\n').toSorted()).toEqual(['', 'exit 0', '{"id":"7","inner":"inner"}'])
    await expectHandlers(program)
    const request = (await program.films()).get('GET /api/users/:id')
    expect(request?.events.every(({ thread }) => thread === 1)).toBe(true)
  })

  test('that mounts the middleware all the same has each request recorded once', async () => {
    const source = `
      import { createScope } from '@cinescope/core'
      import { cinescope } from '@cinescope/express'
      const scope = await createScope()
      ${ESM.replace('const app = express()', 'const app = express()\napp.use(cinescope(scope))')}`
    using program = new Program('app.mjs', source)
    await program.run('app.mjs')
    const films = await program.films()
    const names = [...films.keys()].map((name) => name.replace(/127.*/, 'self'))
    expect(new Set(names)).toEqual(new Set(['GET /api/users/:id', 'GET /inner', 'GET self']))
    const request = films.get('GET /api/users/:id')!
    expect(request.events.filter(({ kind }) => kind === 'handler')).toHaveLength(1)
    expect(request.events.filter(({ kind }) => kind === 'request')).toHaveLength(1)
  })
})
