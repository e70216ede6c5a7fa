/** What names a machine in another system's file: a name, or an address; IPv6 with or without brackets. */
import { isIPv6 } from 'node:net'

export function isMachine(text: string): boolean {
  if (isIPv6(text.replace(/^\[(.*)\]$/, '$1'))) return true
  return /^[\w.\-\u00a1-\uffff]+$/.test(text) && URL.parse(`http://${text}`) !== null
}

/** Whether a request can have this Host (RFC 9110 7.2): a machine, with a port or without. */
export function isHost(text: string): boolean {
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  return found !== null && isMachine(found[1]!) && Number(found[2] ?? 0) <= 65535
}
