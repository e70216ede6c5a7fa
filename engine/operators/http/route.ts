import { list, record, text } from '../../config.ts'
import { RequestMeta } from '../../http/request-meta.ts'
import { askedBy } from '../../http/route/asked.ts'
import { chooserOf } from '../../http/route/choose.ts'
import { conditionFields } from '../../http/route/rules.ts'
import { defineOperator } from '../../operator.ts'
import { perEvent } from '../../per-event.ts'

export default defineOperator({
  doc: `Leads each request to the port of the first rule that fits it: by host, path, method, header, query, cookie or the client's
address, as \`$request\` says. All conditions of a rule must hold; of a list, one; a rule without conditions fits everything. What no rule
fits goes no further: its client gets 404 (no_route).`,
  config: {
    rules: list(
      'The rules, first match first.',
      record('A rule.', {
        to: text('The port events that fit leave by.', {
          required: true,
          check: (port: string) => (/^\w+$/.test(port) ? undefined : 'must be the name of a port'),
        }),
        ...conditionFields,
      }),
      { required: true, least: 1 },
    ),
  },
  ports: ({ rules }) => [...new Set(rules.map(({ to }) => to))],
  examples: [
    {
      title: 'The first rule that fits counts; one without conditions takes the rest',
      with: {
        rules: [
          { host: '*.shop.example', path: '/api/*', to: 'api' },
          { host: '*.shop.example', to: 'shop' },
          { to: 'rest' },
        ],
      },
      in: 'a-b',
      meta: { request: { method: 'GET', headers: {}, url: { host: 'de.shop.example', path: '/api/items' } } },
      out: { api: 'a-b' },
    },
    {
      title: 'What no rule fits is answered with 404',
      with: { rules: [{ method: ['GET', 'HEAD'], to: 'read' }] },
      in: 'a-b',
      meta: { request: { method: 'POST', headers: {}, url: { host: 'shop.example', path: '/' } } },
      out: {},
    },
  ],
  create({ rules }) {
    const choose = chooserOf(rules.map((rule) => ({ conditions: rule, choice: rule.to })))
    return {
      flow: perEvent((event, _port, out) => {
        const { described } = event
        const port = choose(described instanceof RequestMeta ? described : askedBy(event.meta['request']))
        if (port !== undefined) return out.next([port, event])
        event.flight?.note('no_route', 'no rule fits this request')
      }),
    }
  },
})
