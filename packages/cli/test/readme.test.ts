import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ERROR_CODES } from '@cinescope/protocol'
import { describe, expect, test } from 'vitest'
import { main } from '../src/main.ts'
import { run } from './cli.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BIN = join(import.meta.dirname, '../src/bin.ts')

/** An empty project beside this one's packages, in which `npx` is the command from source. */
class Project implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'cinescope-readme-'))

  constructor() {
    symlinkSync(join(ROOT, 'node_modules'), join(this.directory, 'node_modules'), 'junction')
    writeFileSync(
      join(this.directory, 'npx'),
      `#!/bin/sh\nshift\nexec '${process.execPath}' --conditions=@cinescope/source '${BIN}' "$@"\n`,
    )
    chmodSync(join(this.directory, 'npx'), 0o755)
  }

  /** Runs a program as it stands in a README. */
  run(program: string): Promise<string> {
    const args = [
      '--conditions=@cinescope/source',
      '--input-type=module-typescript',
      '--disable-warning=ExperimentalWarning',
      '-',
    ]
    const env = { ...process.env, PATH: `${this.directory}${delimiter}${process.env['PATH'] ?? ''}` }
    return new Promise((resolve, reject) => {
      const child = execFile(
        process.execPath,
        args,
        { cwd: this.directory, env, timeout: 15_000 },
        (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
      )
      child.stdin?.end(program)
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function exampleOf(readme: string, mark = '<!-- example -->'): string {
  const text = readFileSync(join(ROOT, readme), 'utf8')
  const block = new RegExp(`${mark}\\n\`\`\`ts\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1]
  if (block === undefined) throw new Error(`${readme} has no ${mark}`)
  return block
}

describe('the examples of the READMEs do what they say', () => {
  test.each(['packages/protocol/README.md', 'packages/core/README.md', 'packages/cli/README.md'])(
    '%s',
    async (readme) => {
      using project = new Project()
      const example = exampleOf(readme)
      const promised = [...example.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
      expect(promised.length).toBeGreaterThan(0)
      expect((await project.run(example)).trimEnd().split('\n')).toEqual(promised)
    },
  )

  test('README.md, the quick start: a request makes a film, named by its route', async () => {
    using project = new Project()
    const example = exampleOf('README.md', '<!-- example: express -->')
    expect(example).toContain('app.listen(3000)')
    const driver = `
      await new Promise((resolve) => server.once('listening', resolve))
      const answer = await fetch(\`http://127.0.0.1:\${server.address().port}/orders/17\`)
      console.log(await answer.text())
      await new Promise((resolve) => server.close(resolve))
      await scope.stop()`
    const output = await project.run(example.replace('app.listen(3000)', 'const server = app.listen(0)') + driver)
    expect(output.trim()).toBe('{"id":"17","total":9.5}')
    const { stdout } = await run(['films', join(project.directory, '.cinescope')])
    expect(stdout).toMatch(/ 200 .* GET \/orders\/:id\n/)
  })
})

describe('command lines of the READMEs and the help', () => {
  const words = (line: string): string[] =>
    [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const accepted = async (line: string): Promise<string> => {
    let told = ''
    const output = { write: (text: string) => (told += text) }
    const code = await main([...words(line)], { stdout: output, stderr: output, nowMs: Date.now() })
    return code === 2 ? told : 'accepted'
  }

  test('are accepted by the command', async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const help = await Promise.all(
      ['films', 'film', 'query', 'state', 'ledger', 'doctor'].map((name) => run([name, '--help'])),
    )
    const lines = [
      ...[...readme.matchAll(/^npx cinescope (.*)$/gm)].map(([, rest = '']) => rest.replace(/#.*$/, '')),
      ...help.flatMap(({ stdout }) =>
        [...stdout.matchAll(/^ {2}cinescope (.*?) {2,}/gm)].map(([, rest = '']) => rest.replace(/\|.*$/, '')),
      ),
    ]
    expect(lines.length).toBeGreaterThan(15)
    for (const line of lines) expect({ line, answer: await accepted(line) }).toEqual({ line, answer: 'accepted' })
  })
})

describe('docs/errors.md', () => {
  test('lists exactly the codes of the catalogue, with their meaning and a remedy', () => {
    const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(CSC_ERR_\w+)` \| (.*?) \| (.*?) \|$/gm)]
    expect(rows.map(([, code, meaning]) => [code, meaning])).toEqual(Object.entries(ERROR_CODES))
    for (const [, , , remedy] of rows) expect(remedy).toMatch(/^[A-Z].{20,}\.$/)
  })
})
