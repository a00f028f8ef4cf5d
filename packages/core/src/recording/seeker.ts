/** Steps through a recording and holds the frame it stands at. */

import type { Frame, SeekFrom, SeekTarget, StepQuery, WallMs } from '@cinescope/protocol'
import type { QueryControl } from '../query/reading.ts'

/** How a seeker shows frames. */
export interface SeekOptions extends Pick<StepQuery, 'limit'> {
  /** Where it begins; default `start`. */
  readonly from?: SeekFrom
}

/** See the file's first line. Its methods give the frame it stands at then, undefined where nothing is to be stepped over. */
export interface Seeker {
  readonly frame: Frame | undefined
  /** So many steps on; stays where it is when there are not so many. */
  forward(steps?: number, control?: QueryControl): Promise<Frame | undefined>
  /** So many steps back; stays where it is when there are not so many. */
  back(steps?: number, control?: QueryControl): Promise<Frame | undefined>
  /** The last step at or before an instant, or the first of all. */
  to(place: WallMs | 'start' | 'end', control?: QueryControl): Promise<Frame | undefined>
}

type Ask = (query: StepQuery, control?: QueryControl) => Promise<Frame | undefined>

/** A seeker that has taken up its first place. */
export async function seekerOf(ask: Ask, over: SeekTarget, options: SeekOptions): Promise<Seeker> {
  const { from = 'start', ...rest } = options
  const seeker = new SteppingSeeker((query, control) => ask({ over, ...rest, ...query }, control))
  await seeker.go({ from })
  return seeker
}

class SteppingSeeker implements Seeker {
  frame: Frame | undefined
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  forward(steps = 1, control?: QueryControl): Promise<Frame | undefined> {
    return this.go({ from: this.#here('start'), steps }, control)
  }

  back(steps = 1, control?: QueryControl): Promise<Frame | undefined> {
    return this.go({ from: this.#here('end'), steps: -steps }, control)
  }

  to(place: WallMs | 'start' | 'end', control?: QueryControl): Promise<Frame | undefined> {
    return this.go({ from: typeof place === 'string' ? place : { at: place } }, control)
  }

  async go(query: StepQuery, control?: QueryControl): Promise<Frame | undefined> {
    this.frame = (await this.#ask(query, control)) ?? this.frame
    return this.frame
  }

  #here(otherwise: SeekFrom): SeekFrom {
    return this.frame === undefined ? otherwise : { cursor: this.frame.cursor }
  }
}
