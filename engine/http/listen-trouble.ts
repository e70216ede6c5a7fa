/** Why a port cannot be had, in the words of whoever chose it. */

export interface Address {
  readonly host: string
  readonly port: number
}

/** The system's error as one that says what was wanted and what would help. */
export function listenTrouble(error: unknown, { host, port }: Address): Error {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const { code, message } = error as NodeJS.ErrnoException
  const words =
    code === 'EADDRINUSE'
      ? `something listens at ${at} already: end it, or choose another port`
      : code === 'EACCES' || code === 'EPERM'
        ? `listening at ${at} is not permitted: choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE`
        : code === 'EADDRNOTAVAIL'
          ? `${host} is no address of this machine`
          : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
            ? `the name "${host}" cannot be resolved`
            : message
  return new Error(words, { cause: error })
}
