/** Reads a command's part of the command line and checks it. */

import { parseArgs } from 'node:util'
import { type Command, COMMON, type Given, type Option, type Options } from './command.ts'
import { usageError } from './exit-code.ts'
import { didYouMean } from './nearest.ts'
import { optionValue } from './option-values.ts'

/** What was typed. */
export interface CommandLine {
  readonly operands: readonly (string | undefined)[]
  readonly rest: readonly string[]
  readonly given: Given
  readonly wantsHelp: boolean
}

type Values = Map<string, (string | number)[]>

/** Reads `args`, the words after the command's name. @throws CSC_ERR_OPTION */
export function readCommandLine(command: Command, args: readonly string[], nowMs: number): CommandLine {
  const options: Options = { ...command.options, ...COMMON }
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { kind, short }]) => [
      name,
      {
        type: kind === 'flag' ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  )
  // not strict: parseArgs would refuse `--sort -duration`, and its messages suggest nothing
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...config, h: { type: 'boolean' } },
    strict: false,
    tokens: true,
  })
  const values: Values = new Map()
  const operands: string[] = []
  let rest: readonly string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') {
      operands.push(token.value)
      if (command.rest === undefined || operands.length < command.operands.length) continue
      rest = args.slice(token.index + 1)
      break
    }
    if (token.kind === 'option') take(token, options, values, nowMs)
  }
  const wantsHelp = values.has('help')
  if (!wantsHelp) {
    checkOperands(command, operands)
    checkExclusions(options, values)
  }
  return { operands, rest, given: givenBy(values), wantsHelp }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function take(token: OptionToken, options: Options, values: Values, nowMs: number): void {
  const name = token.rawName === '-h' ? 'help' : token.name
  const option =
    Object.hasOwn(options, name) && (token.rawName !== `-${name}` || token.rawName === '-h') ? options[name] : undefined
  if (option === undefined) {
    const known = Object.keys(options).map((each) => `--${each}`)
    throw usageError(`there is no option ${token.rawName.slice(0, 60)}.${didYouMean(`--${name}`, known)}`)
  }
  const before = values.get(name)
  if (before !== undefined && option.repeats !== true && option.kind !== 'flag') {
    throw usageError(`--${name} is given twice; give it once`)
  }
  values.set(name, [...(before ?? []), valueOf(name, option, token, nowMs)])
}

function valueOf(name: string, option: Option, token: OptionToken, nowMs: number): string | number {
  if (option.kind === 'flag') {
    if (token.value !== undefined) throw usageError(`--${name} takes no value, got '${token.value.slice(0, 60)}'`)
    return 1
  }
  const wanted = `--${name} needs a value: --${name} ${option.value ?? 'VALUE'}`
  if (token.value === undefined) throw usageError(wanted)
  if (token.inlineValue !== true && token.value.startsWith('--')) {
    throw usageError(
      `${wanted}; '${token.value.slice(0, 60)}' looks like another option (if it is meant: --${name}=${token.value.slice(0, 60)})`,
    )
  }
  return optionValue(name, option, token.value, nowMs)
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const missing = command.operands.find(({ required }, index) => required === true && operands[index] === undefined)
  if (missing !== undefined) {
    throw usageError(`${command.name} needs ${missing.name}: ${usageOf(command)}`)
  }
  const extra = operands[command.operands.length]
  if (extra !== undefined) {
    throw usageError(`'${extra.slice(0, 60)}' is one word too many: ${usageOf(command)}`)
  }
}

function checkExclusions(options: Options, values: Values): void {
  for (const name of values.keys()) {
    const other = options[name]?.not
    if (other !== undefined && values.has(other))
      throw usageError(`--${name} and --${other} exclude each other; give one`)
  }
}

/** `cinescope film ID [PATH] [options]`. */
export function usageOf({ name, operands, rest }: Command): string {
  const words = operands.map((operand) => (operand.required === true ? operand.name : `[${operand.name}]`))
  if (rest !== undefined) return ['cinescope', name, '[options]', ...words, `[${rest}]`].join(' ')
  return ['cinescope', name, ...words, '[options]'].join(' ')
}

function givenBy(values: Values): Given {
  const first = (name: string): string | number | undefined => values.get(name)?.[0]
  return {
    flag: (name) => values.has(name),
    text: (name) => {
      const value = first(name)
      return value === undefined ? undefined : String(value)
    },
    number: (name) => {
      const value = first(name)
      return typeof value === 'number' ? value : undefined
    },
    texts: (name) => (values.get(name) ?? []).map(String),
  }
}
