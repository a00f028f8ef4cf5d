/** What the doctor says of hooks: each is active, absent, failed or off, with a reason and a remedy. Pure. */

import type { Hook } from '@cinescope/core'
import { type Line, styled } from '../format/styled.ts'
import { visible, wrapWords } from '../format/visible.ts'
import type { Finding } from './finding.ts'

const LOOK = { active: 'green', absent: 'dim', off: 'dim', failed: 'red' } as const
const STATE_WIDTH = 'active  '.length

/** A line a hook, more where a reason needs them; `width` in columns. */
export function hookLines(hooks: readonly Hook[], width: number): Line[] {
  const nameWidth = Math.max(...hooks.map((hook) => titleOf(hook).length)) + 2
  const room = Math.max(20, width - 2 - STATE_WIDTH - nameWidth)
  return hooks.flatMap((hook): Line[] => {
    const { state, reason, remedy } = hook
    const texts = [reason, remedy].filter((text) => text !== undefined)
    const [first = '', ...more] = texts.flatMap((text) => wrapWords(visible(text), room))
    const fill = ' '.repeat(STATE_WIDTH + nameWidth)
    const title = titleOf(hook).padEnd(nameWidth)
    return [
      [styled(LOOK[state], state.padEnd(STATE_WIDTH)), title, styled('dim', first)],
      ...more.map((line): Line => [fill, styled('dim', line)]),
    ]
  })
}

/** A hook that failed is a problem. */
export function judgeHooks(hooks: readonly Hook[]): Finding[] {
  return hooks
    .filter(({ state }) => state === 'failed')
    .map((hook) => ({
      level: 'problem',
      what: `${titleOf(hook)} is not recorded: ${hook.reason ?? 'its hook failed'}.`,
      remedy: hook.remedy ?? 'Report it, with the versions above.',
    }))
}

function titleOf({ name, version }: Hook): string {
  return visible(version === undefined ? name : `${name} ${version}`)
}
