/** Cuts of what changes at run time, and of the control socket. */

import type { Cut } from './cut.ts'

const CORE = 'packages/core/src'
const CLI = 'packages/cli/src'
const SETTINGS = 'packages/core/test/control/settings.test.ts'
const SERVER = 'packages/core/test/control/server.test.ts'
const HOSTILE = 'packages/core/test/control/hostile.test.ts'
const PROCESS = 'packages/core/test/control/process.test.ts'
const CTL = 'packages/cli/test/ctl.test.ts'
const BOARD = `${CORE}/options/settings-board.ts`

/** See the file's first line. */
export const CONTROL_CUTS: readonly Cut[] = [
  ...cutsOf(
    'settings',
    [SETTINGS],
    [
      ['who has changed an option is forgotten', BOARD, 'SAYERS.indexOf(by)', '1'],
      ['a limit that is taken away is none', BOARD, 'Number.isNaN(value) ? undefined : value', 'value'],
      [
        'a thread that starts later has old settings',
        `${CORE}/options/live-settings.ts`,
        'this.#board = new SettingsBoard(memory)\n    this.#take()',
        'this.#board = new SettingsBoard(memory)',
      ],
      [
        'what does not change is told',
        `${CORE}/options/live-settings.ts`,
        'posted === undefined || posted.value === from',
        'posted === undefined',
      ],
      ['the budget is not told', `${CORE}/options/live-settings.ts`, 'if (changes.length > 0) this.onChange()\n', ''],
      ['what is fixed can be set', `${CORE}/options/wanted-changes.ts`, 'if (fixed !== undefined)', 'if (false)'],
      [
        'what always has a value can be taken away',
        `${CORE}/options/wanted-changes.ts`,
        'changesAtRunTime(rule) && rule.default === undefined',
        'changesAtRunTime(rule)',
      ],
      [
        'the writer does not look for changes',
        `${CORE}/writer.ts`,
        'if (this.#live.isBehind) this.#followSettings()\n',
        '',
      ],
      [
        'other threads are not told',
        `${CORE}/writer.ts`,
        "    tellThreads(this.#input.process.node, 'settings')\n",
        '',
      ],
      ['the main thread is not told', `${CORE}/writer.ts`, "    tellMain({ kind: 'settings' })\n", ''],
      [
        'a change is not recorded',
        `${CORE}/scope/settings-change.ts`,
        '!probe.isEnabled || changes.length === 0',
        'probe.isEnabled',
      ],
      [
        'a change is told inside of a film that is not recorded',
        `${CORE}/scope/settings-change.ts`,
        'span?.isRecorded === true ? span : undefined',
        'undefined',
      ],
      [
        'a change is cut by the limits that it tells of',
        `${CORE}/scope/settings-change.ts`,
        'new OwnDocument({ key, from, to, by })',
        '{ key, from, to, by }',
      ],
      [
        'a budget that is gone leaves out still',
        `${CORE}/scope/keep-budget.ts`,
        'if (!hasLimit(budget)) return this.#giveBack()\n',
        '',
      ],
      [
        'nobody is told that all is recorded again',
        `${CORE}/scope/keep-budget.ts`,
        "if (!wasWhole) this.#tell('all is recorded again', [this.#site])\n",
        '',
      ],
    ],
  ),
  ...cutsOf(
    'control',
    [SERVER],
    [
      [
        'the directory of the sockets is not looked at',
        `${CORE}/control/server.ts`,
        '  checkPrivate(directory, uid)\n',
        '',
      ],
      ['a link is followed', `${CORE}/control/place.ts`, 'lstatSync(directory)', 'statSync(directory)'],
      ['whose directory it is does not matter', `${CORE}/control/place.ts`, 'found.uid !== uid', 'false'],
      ['others may reach into the directory', `${CORE}/control/place.ts`, '(found.mode & 0o077) !== 0', 'false'],
      ['the socket is as the mask says', `${CORE}/control/server.ts`, '    chmodSync(path, 0o600)\n', ''],
      [
        'a path is cut',
        `${CORE}/control/place.ts`,
        'if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path\n',
        'return path\n',
      ],
      [
        'sockets that are listened to are removed',
        `${CORE}/control/stale.ts`,
        "socket.on('close', () => resolve(false))",
        "socket.on('close', () => resolve(true))",
      ],
      [
        'sockets that were made just now are removed',
        `${CORE}/control/stale.ts`,
        'Date.now() - mtimeMs > YOUNG_MS',
        'mtimeMs > 0',
      ],
      [
        'connections are not counted',
        `${CORE}/control/server.ts`,
        '    this.#server.maxConnections = MAX_CONNECTIONS\n',
        '',
      ],
      [
        'connections outlive the server',
        `${CORE}/control/server.ts`,
        '    for (const socket of this.#sockets) socket.destroy()\n',
        '',
      ],
    ],
  ),
  ...cutsOf(
    'control',
    [HOSTILE],
    [
      ['a line has no end', `${CORE}/control/server.ts`, 'at < 0 && bytes <= MAX_LINE_BYTES', 'at < 0'],
      [
        'a silent peer is waited for',
        `${CORE}/control/server.ts`,
        'setTimeout(() => socket.destroy(), CONNECTION_MS).unref()',
        'setTimeout(() => undefined, CONNECTION_MS).unref()',
      ],
      [
        'what is no object is read as one',
        `${CORE}/control/exchange.ts`,
        "if (!isObject(value)) throw malformed('a line must be a JSON object')\n  return value",
        'return value as Readonly<Record<string, unknown>>',
      ],
      ['a reason has no end', `${CORE}/control/exchange.ts`, ' || reason.length > MAX_REASON', ''],
      ['an idle writer does not serve', `${CORE}/writer.ts`, 'Math.min(LOOK_AROUND_MS, this', 'Math.min(1e9, this'],
      [
        'whatever is asked for is set',
        `${CORE}/options/wanted-changes.ts`,
        '  checkOption(name, value, ruleHere(rule))\n',
        '',
      ],
    ],
  ),
  ...cutsOf(
    'control',
    [PROCESS],
    [
      ['a window is not kept for one who asks', `${CORE}/keep/sampled-out.ts`, 'this.#next?.keep(atNs)', 'void atNs'],
      ['a window that was kept is not counted', `${CORE}/writer.ts`, '    this.#counts.windowsKept++\n', ''],
      [
        'a window that was kept is not told of',
        `${CORE}/scope/keep-request.ts`,
        "probe.recorder.point(KINDS.control, site, 0, 0, { reason, by: 'ctl', waitedMs }, CONTROL_CODE.kept)",
        'void [reason, waitedMs, site]',
      ],
      ['a change is lost at a stop', `${CORE}/scope/running-scope.ts`, '    followSettings(this.#parts)\n', ''],
      ['a change is lost at an exit', `${CORE}/scope/watch-process.ts`, '    followSettings(thread)\n', ''],
      ['the socket stays behind', `${CORE}/writer.ts`, '    this.#control?.close()\n', ''],
      [
        'sockets of killed processes stay',
        `${CORE}/control/stale.ts`,
        'if (isStale) await unlink(path)',
        'if (isStale) await lstat(path)',
      ],
    ],
  ),
  ...cutsOf(
    'ctl',
    [CTL],
    [
      [
        'no option can be taken away',
        `${CORE}/options/option-text.ts`,
        "text === '' || text === 'none' ? null : text",
        'text',
      ],
      ['a process that is not running is asked', `${CLI}/base/running.ts`, "state === 'live'", 'state !== undefined'],
      [
        'an error of one process is lost',
        `${CLI}/commands/ctl.ts`,
        'return failed === undefined ? EXIT.ok : exitCodeOf(failed.error)',
        'return failed === undefined ? EXIT.ok : EXIT.ok',
      ],
      [
        'a change is shown as any event',
        `${CLI}/format/event-label.ts`,
        'return changeLabel(event) ?? budgetLabel(event) ?? name',
        'return name',
      ],
      [
        'a refusal loses its code',
        `${CORE}/control/exchange.ts`,
        "isKnown ? (code as ErrorCode) : 'CSC_ERR_CONTROL'",
        "'CSC_ERR_CONTROL'",
      ],
    ],
  ),
]

type Text = readonly [what: string, file: string, from: string, to: string]

function cutsOf(joint: string, tests: readonly string[], texts: readonly Text[]): readonly Cut[] {
  return texts.map(([what, file, from, to]) => ({ joint, what, file, from, to, tests }))
}
