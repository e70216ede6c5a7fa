/** What the codes of a failed TLS handshake mean to whoever looks after the upstream. */

const untrusted =
  'nobody that is trusted vouches for the certificate; NODE_EXTRA_CA_CERTS=FILE adds an authority of yours'

const words: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for other names than the one that was asked for',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens there does not speak TLS; is it http:// that is meant?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what listens there does not speak TLS; is it http:// that is meant?',
  ECONNRESET: 'the server broke it off',
}

/** ` (the certificate has expired)`, or nothing where the code says it all. */
export function tlsTrouble(code: string | undefined): string {
  const text = code === undefined ? undefined : words[code]
  return text === undefined ? '' : ` (${text})`
}
