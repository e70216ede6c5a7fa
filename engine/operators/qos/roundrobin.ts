import { list, text } from '../../config.ts'
import type { Insight } from '../../insight.ts'
import { defineOperator } from '../../operator.ts'
import { perEvent, perInsight } from '../../per-event.ts'
import type { Port } from '../../port.ts'

export default defineOperator({
  doc: `Hands events to its outputs in turn. An output that told it is closed is passed over until it tells it is open again.
When all are closed it goes on in turn, so that the first that takes events again is found, and what is above hears of it.`,
  config: {
    outputs: list('The ports to take in turn.', text('A port.'), { default: ['out'], least: 1 }),
  },
  ports: ({ outputs }) => outputs,
  examples: [
    {
      title: 'Two outputs take turns',
      with: { outputs: ['left', 'right'] },
      in: 'a-b-c-d',
      out: { left: 'a---c--', right: '--b---d' },
    },
    {
      title: 'A closed output is passed over until it opens',
      with: { outputs: ['left', 'right'] },
      in: 'a--b-c--d-e',
      insights: { left: '-c-----o---' },
      out: { left: 'a-------d--', right: '---b-c----e' },
    },
    {
      title: 'When all are closed it goes on in turn',
      with: { outputs: ['left', 'right'] },
      in: '---a-b-c',
      insights: { left: '-c------', right: '--c-----' },
      out: { left: '---a---c', right: '-----b--' },
    },
  ],
  create({ outputs }) {
    const open = new Set<Port>(outputs)
    let turn = 0
    return {
      flow: perEvent((event, _port, out) => out.next([next(), event])),
      contraflow: perInsight((insight, port, up) => {
        const told = mark(port, insight)
        if (told !== undefined) up.next(told)
      }),
    }

    function next(): Port {
      for (let i = 0; i < outputs.length; i++) {
        const port = outputs[(turn + i) % outputs.length]!
        if (open.has(port)) {
          turn = (turn + i + 1) % outputs.length
          return port
        }
      }
      const port = outputs[turn]!
      turn = (turn + 1) % outputs.length
      return port
    }

    /** Tells on upwards only what changes for those above: the last output closed, the first opened. */
    function mark(port: Port, insight: Insight): Insight | undefined {
      if (insight.kind === 'ack' || insight.kind === 'fail') return insight
      const before = open.size
      if (insight.kind === 'close') open.delete(port)
      else if (outputs.includes(port)) open.add(port)
      const turned = before === 0 ? open.size > 0 : open.size === 0
      return turned ? { ...insight, about: 'place', trail: null } : undefined
    }
  },
})
