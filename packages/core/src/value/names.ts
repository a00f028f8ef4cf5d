/** Which names announce a secret: normalised exact names, runs of words, and containment with exceptions. */

/** How a name is treated: not at all, all but numbers and booleans hidden, everything hidden. */
export const SENSITIVITY = { none: 0, loose: 1, strict: 2 } as const

/** One of the codes of `SENSITIVITY`. */
export type Sensitivity = (typeof SENSITIVITY)[keyof typeof SENSITIVITY]

/** Hidden as a whole name and as a run of words within one (`userPin`, `x-session-id`, `card[number]`). */
const WORDS: readonly string[] = listed(`
  password passwd pwd passphrase passcode secret secrets credential credentials creds token bearer jwt csrf xsrf
  apikey apitoken apisecret appkey appsecret authorization proxyauthorization authcode authkey authtoken
  authorizationcode codeverifier accesstoken refreshtoken idtoken clientsecret clientassertion samlresponse
  samlrequest privatekey secretkey accesskey accesskeyid signingkey encryptionkey masterkey accountkey sharedkey
  sharedsecret sharedaccesssignature sshkey pgpkey keyfile pfx servicekey cookie cookies setcookie session
  sessionid sessid sid connectsid phpsessid jsessionid otp totp mfacode twofactorcode verificationcode
  recoverycode backupcode onetimecode pin pincode cvv cvv2 cvc cvc2 securitycode cardnumber cardno ccnumber ccnum
  creditcard creditcardnumber debitcard ssn socialsecurity socialsecuritynumber nationalid taxid passportnumber
  driverslicense iban accountnumber bankaccount routingnumber sortcode mnemonic seedphrase connectionstring dsn
  webhookurl masterpassword xauthtoken xapikey subscriptionkey functionskey stripesignature hubsignature
  webhooksignature slacksignature twiliosignature svixsignature paddlesignature giteasignature hmacsha256
`)

/** Hidden only as a whole name: too common as a word within another. */
const WHOLE: readonly string[] = listed(`
  auth authentication pass pw sig signature pan xauth xauthentication xkey xamzsignature xgoogsignature
`)

/** Their last word makes a secret of names of several words, `db_pass`; numbers and booleans stay, `highPass: true`. */
const LAST: readonly string[] = ['pass', 'pw']

/** Not hidden although a rule below would. */
const HARMLESS: readonly string[] = [
  'tokentype',
  'sessionstorage',
  'cookieparser',
  'secretary',
  'tokenizer',
  'tokenize',
]

const STRONG =
  /passw|passphrase|passcode|pwd|secret|apikey|privatekey|accesskey|encryptionkey|signingkey|accountkey|credential|authorization|cardnumber|creditcard|securitycode|socialsecurity|connectionstring/
const SOFT = /token|cookie|session|sessid|csrf|xsrf|jwt/
const METRIC_FIRST = /^(?:max|min|num|has|is|total|count|should|can|needs|no|n)$/
const METRIC_LAST =
  /^(?:count|length|len|size|limit|max|min|total|ttl|age|timeout|expiry|expires|expire|expiration|at|in|ms|seconds|enabled|required|valid|present|usage|used|budget|attempts|version|rate|cost|index|rounds|strength|policy)$/
const MAX_NAME = 256
/** It is normal already, and no run of words. */
const ONE_WORD = /^[a-z]+$/
const COMPATIBLE = /[^\0-\x7f]/

/** Decides about names. */
export interface NameRules {
  classify(name: string): Sensitivity
  /** True for a whole name that is on the list itself; separators and case do not matter. */
  isListed(name: string): boolean
}

/** The default rules with `added` names on top and `allowed` ones taken off. */
export function createNameRules(added: readonly string[], allowed: readonly string[]): NameRules {
  const words = new Set([...WORDS, ...added.map(normaliseName)])
  const whole = new Set([...words, ...WHOLE])
  const harmless = new Set([...HARMLESS, ...allowed.map(normaliseName)])
  for (const name of harmless) whole.delete(name)
  return {
    classify(name) {
      const text = plainName(name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name)
      const isOneWord = ONE_WORD.test(text)
      const normal = isOneWord ? text : normaliseName(text)
      if (normal.length < 2 || harmless.has(normal)) return SENSITIVITY.none
      if (whole.has(normal)) return SENSITIVITY.strict
      const parts = isOneWord ? [text] : splitWords(text)
      if (STRONG.test(normal) || (!isOneWord && hasRun(parts, words))) {
        return isMetric(parts) ? SENSITIVITY.loose : SENSITIVITY.strict
      }
      return SOFT.test(normal) || endsSensitively(parts) ? SENSITIVITY.loose : SENSITIVITY.none
    },
    isListed: (name) => whole.has(normaliseName(plainName(name))),
  }
}

/** Fullwidth and other compatibility letters as the ordinary ones. */
function plainName(name: string): string {
  return COMPATIBLE.test(name) ? name.normalize('NFKC') : name
}

/** Lower case, letters and digits only: `API_KEY`, `apiKey` and `api-key` are one name. */
function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

function listed(words: string): readonly string[] {
  return words.trim().split(/\s+/)
}

function splitWords(name: string): readonly string[] {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  return spaced
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** True if neighbouring words joined are on the list; `session` and `token` alone are left to the soft rule. */
function hasRun(parts: readonly string[], words: ReadonlySet<string>): boolean {
  for (let from = 0; from < parts.length; from++) {
    let joined = ''
    for (let to = from; to < Math.min(parts.length, from + 4); to++) {
      joined += parts[to]
      if (words.has(joined) && !SOFT_WORDS.has(joined)) return true
    }
  }
  return false
}

const SOFT_WORDS: ReadonlySet<string> = new Set(['token', 'session', 'cookie', 'cookies', 'csrf', 'xsrf', 'jwt'])

function endsSensitively(parts: readonly string[]): boolean {
  return parts.length > 1 && LAST.includes(parts.at(-1) ?? '')
}

function isMetric(parts: readonly string[]): boolean {
  return METRIC_FIRST.test(parts[0] ?? '') || METRIC_LAST.test(parts.at(-1) ?? '')
}
