/** Secrets that are known by their shape wherever they stand: key prefixes, JWTs, PEM blocks, auth schemes, URL userinfo. */

/** What stands where a secret was. */
export const MASK = '[redacted]'

/** Tokens by their prefix; whatever one of these finds, the table in suspicion.ts must suspect. */
export const TOKENS: readonly string[] = [
  String.raw`eyJ[\w-]{8,}(?:\.[\w-]*)*`,
  String.raw`(?:sk|rk)[_-](?:live|test|proj|ant|or|svcacct|admin)?[\w-]{12,}`,
  String.raw`gh[oprsu]_\w{16,}|github_pat_\w{16,}`,
  String.raw`(?:AKIA|ASIA)[A-Z0-9]{12,}`,
  String.raw`xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}`,
  String.raw`AIza[\w-]{20,}|ya29\.[\w-]{10,}|GOCSPX-[\w-]{16,}`,
  String.raw`glpat-[\w-]{16,}|npm_\w{16,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,}|hvs\.[\w-]{16,}|NRAK-\w{16,}|PMAK-[\w-]{16,}`,
  String.raw`SG\.[\w-]{10,}\.[\w-]{10,}|SG\.[\w-]{20,}|whsec_[\w+/=-]{12,}|gsk_\w{16,}|sbp_\w{16,}|figd_[\w-]{16,}`,
  String.raw`shp(?:at|ss|ca|pa)_\w{16,}|sq0\w{3}-[\w-]{16,}|hf_\w{16,}|r8_\w{16,}|do[opr]_v1_\w{16,}|sntrys_[\w+/=]{16,}`,
  String.raw`ATATT\d[\w=-]{16,}|key-[0-9a-f]{32}|bearer\.authorization\.k8s\.io\.[\w-]+`,
]

const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS.join('|')})`, 'g')
const WEBHOOK = /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/)[^\s"'<>]+/g
/** Without a scheme. What has no colon may be anything, `//@ts-check`. */
const RELATIVE = /(?<!:)\/\/[^\s/?#@:"<>]{0,256}:[^\s/?#"<>]{1,256}@/g
const TELEGRAM = /(?<!\d)\d{8,10}:[\w-]{35}(?![\w-])/g
const TELEGRAM_LENGTH = 44
const PEM = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g
const BEARER = /\b(bearer[ \t]+|bearer%20)[^\s"'`,;<>]+/gi
/** As in Sec-WebSocket-Protocol, where programs put what a browser's WebSocket lets them put nowhere else. */
const LISTED = /(^|,[ \t]{0,8})((?:bearer|access_token),[ \t]{0,8})[^\s"'`,;<>]+/gi
const BASIC = /\b(basic[ \t]+|basic%20)([A-Za-z0-9+/_-]{4,}={0,2})/gi

/** Masks every token, key block and auth scheme in `text`. O(length). */
export function maskShapes(text: string): string {
  return text
    .replace(PEM, MASK)
    .replace(BEARER, `$1${MASK}`)
    .replace(LISTED, `$1$2${MASK}`)
    .replace(BASIC, maskBasic)
    .replace(TOKEN, MASK)
    .replace(WEBHOOK, `$1${MASK}`)
}

/** Basic credentials are base64 of `user:password`; `basic idea` is not. */
function maskBasic(whole: string, scheme: string, code: string): string {
  const isCredentials = code.endsWith('=') || /\d/.test(code) || Buffer.from(code, 'base64').includes(0x3a)
  return isCredentials ? scheme + MASK : whole
}

/** Replaces `user:password` in `scheme://user:password@host` and `//user:password@host`, and bot tokens of the form `digits:secret`. O(length). */
export function maskUserinfo(text: string): string {
  const masked = maskAuthorities(text.length < TELEGRAM_LENGTH ? text : text.replace(TELEGRAM, MASK))
  return masked.includes('//') && masked.includes('@') ? masked.replace(RELATIVE, `//${MASK}@`) : masked
}

function maskAuthorities(text: string): string {
  let from = text.indexOf('://')
  if (from < 0 || !text.includes('@', from)) return text
  let result = ''
  let kept = 0
  for (; from >= 0; from = text.indexOf('://', from + 3)) {
    const end = userinfoEnd(text, from + 3)
    if (end < 0) continue
    result += text.slice(kept, from + 3) + MASK
    kept = end
  }
  return result + text.slice(kept)
}

/** Index of the `@` that ends the userinfo begun at `from`, or -1. */
function userinfoEnd(text: string, from: number): number {
  let at = -1
  let colon = -1
  let hasPath = false
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit <= 0x20 || unit === 0x22 || unit === 0x3c || unit === 0x3e) break
    if (unit === 0x3a && i + 2 < text.length && text.startsWith('//', i + 1)) break
    if (unit === 0x40) {
      if (hasPath && colon < 0) break
      at = i
    } else if (unit === 0x3a && colon < 0 && !hasPath) colon = i
    else if (unit === 0x2f || unit === 0x3f || unit === 0x23) {
      // host:8080/ is a port; user:pa/ss@host is a password that was not escaped
      if (at >= 0 || colon < 0 || isPort(text, colon + 1, i)) break
      hasPath = true
    }
  }
  return at
}

function isPort(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x30 || unit > 0x39) return false
  }
  return true
}
