/** Both transports at hand: every HTTP case runs over each. */
import { loadTransport } from '#engine/http/transports.ts'

export const transports = { own: await loadTransport('own'), node: await loadTransport('node') } as const
