/** Why we do not pass a case of the suite, by its id. */
const stale =
  'asks only those that give stale answers when an upstream closes; ours does by `stale_if_error`, and passes with it'
const ranges = 'parts of answers are passed on and not kept: RFC 9111 3.3 leaves that open'
const language =
  'Accept-Language is compared as it is written, so that no two requests are taken for one by mistake'
const cookie = 'an answer that sets a cookie is not kept: it would be given to others'

export const reasons: Readonly<Record<string, string>> = {
  'stale-close-must-revalidate': stale,
  'stale-close-proxy-revalidate': stale,
  'stale-close-no-cache': stale,
  'stale-close-s-maxage=2': stale,
  'method-POST': 'answers to POST are not kept, not even for GET (RFC 9110 9.3.3 leaves that open)',
  'vary-normalise-lang-order': language,
  'vary-normalise-lang-case': language,
  'vary-normalise-lang-select': language,
  'conditional-lm-fresh-no-lm':
    'without Last-Modified there is nothing to compare If-Modified-Since with (RFC 9110 13.1.3)',
  'headers-store-Set-Cookie': cookie,
  'other-set-cookie': cookie,
  'headers-store-Transfer-Encoding':
    'the answer states a transfer coding that nobody knows: it cannot be framed, and is a 502',
  'partial-store-partial-reuse-partial': ranges,
  'partial-store-partial-reuse-partial-byterange': ranges,
  'partial-store-partial-reuse-partial-absent': ranges,
  'partial-store-partial-reuse-partial-suffix': ranges,
  'partial-store-partial-complete': ranges,
}
