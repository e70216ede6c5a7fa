/** 200 users who think for a second, each at another time. */
import { thinkingUsers } from '../load/users.ts'
import type { Workload } from '../workload.ts'
import users, { request } from './users.ts'

export default {
  ...users,
  name: 'users-spread',
  order: 11,
  what: '200 users with a second of thought, spread',
  load: thinkingUsers({ request, arrival: 'spread' }),
} satisfies Workload
