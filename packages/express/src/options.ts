/** Options of the middleware, their rules and defaults. */

import {
  type BodySwitch,
  checkOptions,
  type OptionRule,
  type OptionRules,
  type ServerRequestSettings,
} from '@cinescope/core/adapter'
import type { Request } from 'express'

/** Which bodies are captured: all, none, or by direction (what is left out is off). */
export type BodyOption = 'on' | 'off' | { readonly request?: boolean; readonly response?: boolean }

/** What can be set for one route. */
export interface RouteOptions {
  readonly bodies?: BodyOption
}

/** What a user may say to `cinescope`. */
export interface CinescopeExpressOptions {
  /** Capture bodies. Default `on`, but `off` when the scope's `preset`, or NODE_ENV where none is named, is `production`. */
  readonly bodies?: BodyOption
  /** Bytes kept of one body, 0 to 1,048,576. Default 4,096; the scope's `values.maxBytes` bounds what is stored of them. */
  readonly maxBodyBytes?: number
  /** True for requests that are not recorded. */
  readonly ignore?: (req: Request) => boolean
  /** By route template across mounted apps and routers, as it appears in `http.route`: `/u/:uid/posts/:pid`. */
  readonly routes?: Readonly<Record<string, RouteOptions>>
  /** Responses carry a W3C `traceparent` header that names their film. Default false. */
  readonly traceparentHeader?: boolean
}

const BODIES: OptionRule = {
  is: 'either',
  rules: [
    { is: 'oneOf', values: ['on', 'off'] },
    { is: 'object', rules: { request: { is: 'boolean' }, response: { is: 'boolean' } } },
  ],
}

const RULES: OptionRules = {
  bodies: BODIES,
  maxBodyBytes: { is: 'integer', from: 0, to: 1_048_576 },
  ignore: { is: 'function' },
  routes: { is: 'mapOf', rules: { bodies: BODIES } },
  traceparentHeader: { is: 'boolean' },
}

/** Checks options and fills in defaults. `purpose` is the scope's preset, else NODE_ENV. @throws CSC_ERR_OPTION */
export function settleOptions(
  options: CinescopeExpressOptions | undefined,
  purpose: string | undefined,
): ServerRequestSettings {
  checkOptions(options, RULES, 'cinescope')
  const fallback = purpose === 'production' ? 'off' : 'on'
  const bodies = switchOf(options?.bodies ?? fallback)
  const routes = Object.entries(options?.routes ?? {})
  return {
    framework: 'express',
    bodies,
    bodiesOf: new Map(
      routes.flatMap(([route, { bodies: own }]) => (own === undefined ? [] : [[route, switchOf(own)]])),
    ),
    maxBodyBytes: options?.maxBodyBytes ?? 4096,
    traceparentHeader: options?.traceparentHeader ?? false,
  }
}

function switchOf(option: BodyOption): BodySwitch {
  if (typeof option === 'string') return { request: option === 'on', response: option === 'on' }
  return { request: option.request ?? false, response: option.response ?? false }
}
