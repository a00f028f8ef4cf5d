/** Secrets that tests seed: one per known shape, assembled so that no scanner takes this file for a leak. */

const tail = 'aB3dE5gH7jK9mN1pQ3sT5vX7'

export const SHAPES: Readonly<Record<string, string>> = {
  jwt: `ey${'J'}hbGciOiJIUzI1NiJ9.ey${'J'}zdWIiOiIxIn0.${tail}`,
  stripe: `sk_${'live'}_${tail}`,
  stripeRestricted: `rk_${'test'}_${tail}`,
  webhook: `whsec_${tail}`,
  openai: `sk-${'proj'}-${tail}`,
  anthropic: `sk-${'ant'}-${tail}`,
  githubPersonal: `gh${'p'}_${tail}`,
  githubOauth: `gh${'o'}_${tail}`,
  githubServer: `gh${'s'}_${tail}`,
  githubFine: `github_${'pat'}_${tail}`,
  aws: `AK${'IA'}IOSFODNN7EXAMPLE`,
  awsTemporary: `AS${'IA'}IOSFODNN7EXAMPLE`,
  slack: `xox${'b'}-1234567890-${tail}`,
  google: `AI${'za'}Sy${tail}`,
  gitlab: `gl${'pat'}-${tail}`,
  npm: `np${'m'}_${tail}`,
  sendgrid: `S${'G'}.${tail}.${tail}`,
  shopify: `shp${'at'}_${tail}`,
  huggingface: `h${'f'}_${tail}`,
  pypi: `py${'pi'}-${tail}`,
  vault: `hv${'s'}.${tail}`,
  telegram: `123456789:${tail}${tail.slice(0, 11)}`,
  pem: `-----BEGIN RSA PRIVATE ${'KEY'}-----\nMIIEow${tail}\n-----END RSA PRIVATE ${'KEY'}-----`,
}

export const CARDS: readonly string[] = [
  '4111111111111111',
  '4111 1111 1111 1111',
  '5500-0000-0000-0004',
  '378282246310005',
  '3782 822463 10005',
  '6011111111111117',
  '4222222222222',
  '6304000000000000000',
]
