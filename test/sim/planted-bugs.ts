/** Bugs to plant: each an edit of one source file. What the simulation cannot find of these it could not find in earnest. */
export interface PlantedBug {
  readonly name: string
  readonly file: string
  /** Only worlds over real sockets can show it. */
  readonly sockets?: true
  /** What occurs once in the file, and what takes its place. */
  readonly edits: readonly (readonly [find: string, put: string])[]
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'the guard of the one answer is dropped',
    file: 'engine/flight.ts',
    edits: [
      [
        '    const end = this.#end\n    this.#end = null\n    if (this.#timer',
        '    const end = this.#end\n    if (this.#timer',
      ],
    ],
  },
  {
    name: 'the request does not let go of its event',
    file: 'engine/http/rest-request.ts',
    edits: [
      ['    this.#out.next([port, event])\n    this.#flight.release()', '    this.#out.next([port, event])'],
    ],
  },
  {
    name: 'an answer goes to the request that came last',
    file: 'engine/http/rest-request.ts',
    edits: [
      [
        '/** One request on its way: the end',
        'let last: Flight | null = null\n\n/** One request on its way: the end',
      ],
      [
        '    this.#flight = new Flight(this, clock.now())',
        '    this.#flight = new Flight(this, clock.now())\n    last = this.#flight',
      ],
      ['linked ? this.#flight : null', 'linked ? last : null'],
    ],
  },
  {
    name: 'a call that was reset is made again',
    file: 'engine/http/rest-call.ts',
    edits: [
      [
        "  fail(fault: HttpFault): void {\n    if (this.#state !== 'calling') return",
        "  #again = false\n  fail(fault: HttpFault): void {\n    if (this.#state !== 'calling') return\n    if (fault.kind === 'reset' && !this.#again) {\n      this.#again = true\n      return this.go()\n    }",
      ],
    ],
  },
  {
    name: 'the timer of the deadline runs on',
    file: 'engine/flight.ts',
    edits: [['      this.#timer.cancel()\n      this.#timer = null', '      this.#timer = null']],
  },
  {
    name: 'no deadline is set',
    file: 'engine/http/rest-request.ts',
    edits: [['    if (linked && deadlineMs !== null) this.#flight.arm(clock, deadlineMs)', '']],
  },
  {
    name: 'a failed script is silent',
    file: 'engine/pipeline/script.ts',
    edits: [["        fail(event, error)\n        out.next(['err', event])", '        fail(event, error)']],
  },
  {
    name: 'a round robin passes over no one',
    file: 'engine/operators/qos/roundrobin.ts',
    edits: [
      [
        "      if (insight.kind === 'close') open.delete(port)",
        "      if (insight.kind === 'close') open.has(port)",
      ],
    ],
  },
  {
    name: 'a back-off says open where it closes',
    file: 'engine/operators/qos/backpressure.ts',
    edits: [
      [
        "if (tells) own.next({ kind, about: 'place', trail: null })",
        "if (tells) own.next({ kind: 'open', about: 'place', trail: null })",
      ],
    ],
  },
  {
    name: 'a back-off hears what its overflow met',
    file: 'engine/operators/qos/backpressure.ts',
    edits: [["if (port === 'out') judge(insight)", 'judge(insight)']],
  },
  {
    name: 'a back-off opens with the time, not with a success',
    file: 'engine/operators/qos/backpressure.ts',
    edits: [["      state = 'trying'\n", "      state = 'open'\n"]],
  },
  {
    name: 'a failed call keeps its place',
    file: 'engine/http/rest-call.ts',
    edits: [
      [
        "  fail(fault: HttpFault): void {\n    if (this.#state !== 'calling') return\n    this.#ramp.slots.leave()",
        "  fail(fault: HttpFault): void {\n    if (this.#state !== 'calling') return",
      ],
    ],
  },
  {
    name: 'who waits in line waits for ever',
    file: 'engine/http/slots.ts',
    edits: [["this.#remove(entry) && waiting.refused('late')", 'this.#queue.includes(entry)']],
  },
  {
    name: 'a body is streamed twice',
    file: 'engine/payload.ts',
    edits: [['    this.source = null\n    return source', '    return source']],
  },
  {
    name: 'bytes are kept in a buffer that is used again',
    file: 'engine/http/body.ts',
    edits: [
      [
        'const copy = Buffer.allocUnsafe(to - from)\n  copyOut.call(buf, copy, 0, from, to)',
        'const copy = Buffer.from(buf.buffer, buf.byteOffset + from, to - from)',
      ],
    ],
  },
  {
    name: 'a body that grows too long is read on',
    file: 'engine/http/body.ts',
    edits: [['if (this.#total > this.#limit) {', 'if (this.#total > this.#limit * 1000) {']],
  },
  {
    name: 'requests of a generation are never over',
    file: 'engine/deploy/generation.ts',
    edits: [['if (--this.flights === 0) for', 'if (this.flights === 0) for']],
  },
  {
    name: 'a generation is let go of with its requests in flight',
    file: 'engine/deploy/engine.ts',
    edits: [['    await this.#turn\n    await before.retire(after)', '    await before.retire(after)']],
  },
  {
    name: 'a stop takes new requests',
    file: 'engine/onramps/rest.ts',
    edits: [['if (current === null || this.#draining) {', 'if (current === null) {']],
  },
  {
    name: 'a copy of an event loses the mark of its failure',
    file: 'engine/event.ts',
    edits: [['    copy.failure = this.failure\n', '']],
  },
  {
    name: 'the branches of a port share one event',
    file: 'engine/outlet.ts',
    edits: [['targets[i]!.accept(event.copy())', 'targets[i]!.accept(event)']],
  },
  {
    name: 'a script that fails on the way back answers 200',
    file: 'engine/pipeline/script.ts',
    edits: [['response: { ...response, status: 500, headers }', 'response: { ...response, headers }']],
  },
  {
    name: 'the last reason wins, not the gravest',
    file: 'engine/flight.ts',
    edits: [
      ['    if (this.reason !== null && reasons[this.reason].rank >= reasons[reason].rank) return\n', ''],
    ],
  },
  {
    name: 'a client that leaves stops no call',
    file: 'engine/http/rest-call.ts',
    edits: [
      [
        "    } else if (gone && this.#state === 'calling') {\n      this.#call?.abort()\n",
        "    } else if (gone && this.#state === 'calling') {\n",
      ],
    ],
  },
  {
    name: 'a body that cannot be decoded is forgotten',
    file: 'engine/http/rest-request.ts',
    edits: [
      [
        "    if (!this.#place.linked('err')) return this.#flight.release()",
        "    if (!this.#place.linked('err')) return",
      ],
    ],
  },
  {
    name: 'a deadline whose answer is written at once cuts no call',
    file: 'engine/flight.ts',
    edits: [
      [
        '    this.#passenger = null\n    this.#others = null\n    end.dead(reason, message)',
        '    end.dead(reason, message)',
      ],
      ['    tell(first, others, true)', '    if (first === this.#passenger) tell(first, others, true)'],
    ],
  },
  {
    name: 'a body in line for the next upstream is given up',
    file: 'engine/http/rest-call.ts',
    edits: [
      [
        '      flight.release()\n      // The request was over',
        '      flight.release()\n      payload.source?.cancel()\n      // The request was over',
      ],
    ],
  },
  {
    name: 'an answer too late for its request keeps its place',
    file: 'engine/http/rest-call.ts',
    edits: [["      if (flight.isOver && this.#state === 'answered') this.over(true)\n", '']],
  },
  {
    name: 'the ports of a replaced configuration stay open',
    file: 'engine/deploy/engine.ts',
    edits: [['    before.closeDoors(after)\n', '']],
  },
  {
    name: 'what goes on while the engine stops is applied',
    file: 'engine/deploy/engine.ts',
    edits: [
      ['    this.#refuseIfDraining()\n    const next', '    const next'],
      ['        if (this.#draining) next.abandon()\n        this.#refuseIfDraining()\n', ''],
    ],
  },
  {
    name: 'a pipeline lives on though another stands behind it',
    file: 'engine/deploy/generation.ts',
    edits: [
      ["    return [plan.form, ...behind].join('\\n')", '    return behind.length < 0 ? "" : plan.form'],
    ],
  },
  {
    name: 'a batch forgets the request of its first event',
    file: 'engine/operators/generic/batch.ts',
    edits: [
      [
        'events.map((event) => event.flight).filter((each)',
        'events.slice(1).map((event) => event.flight).filter((each)',
      ],
    ],
  },
  {
    name: 'what is made of a window answers only the last in it',
    file: 'engine/pipeline/select.ts',
    edits: [['joinFlights(content.flights)', 'joinFlights(content.flights.slice(-1))']],
  },
  {
    name: 'a window lets go of its requests before it closes',
    file: 'engine/pipeline/select.ts',
    edits: [
      [
        '    event.flight.hold()\n    content.flights.push(event.flight)',
        '    content.flights.push(event.flight)',
      ],
    ],
  },
  {
    name: 'groups of a window share what is in it',
    file: 'engine/pipeline/select.ts',
    edits: [['const known = level.groups.get(key)', 'const known = level.groups.values().next().value']],
  },
  {
    name: 'windows of a replaced configuration hear no time',
    file: 'engine/deploy/engine.ts',
    edits: [["generation.signalOwn('tick', this.#current)", 'generation.plan']],
  },
  {
    name: 'a log says stored before it is written',
    file: 'engine/operators/qos/wal.ts',
    edits: [
      [
        '    try {\n      journal.append(event, (entry) => {',
        "    goBack(event.trail, { kind: 'ack', about: 'event', trail: null })\n    try {\n      journal.append(event, (entry) => {",
      ],
    ],
  },
  {
    name: 'a log is written and not synced',
    file: 'engine/wal/journal.ts',
    edits: [['if (synced) await this.#file!.sync()', 'if (synced) this.#pending.length']],
  },
  {
    name: 'a log keeps the request of an event that nothing wants',
    file: 'engine/operators/qos/wal.ts',
    edits: [
      [
        '          if (message !== nothingAnswered) request?.note(reason, message)\n          request?.release()',
        '          if (message !== nothingAnswered) request?.note(reason, message)',
      ],
    ],
  },
  {
    name: 'a limited rate is twice what it says',
    file: 'engine/formats/rate-window.ts',
    edits: [['if (this.#total >= most) return false', 'if (this.#total > most) return false']],
  },
  {
    name: 'the rest that no rule fits goes by the last',
    file: 'engine/operators/http/route.ts',
    edits: [
      [
        "      event.flight?.note('no_route', 'no rule fits this request')",
        '      out.next([rules.at(-1)!.to, event])',
      ],
    ],
  },
  {
    name: 'of several events in a body the last is lost',
    file: 'engine/http/rest-request.ts',
    edits: [
      [
        'for (const { payload, ingestNs } of events)',
        'for (const { payload, ingestNs } of events.slice(0, Math.max(1, events.length - 1)))',
      ],
    ],
  },
  {
    name: 'of a body that was decoded in part only that part goes out',
    file: 'engine/http/body-codec.ts',
    edits: [['return codec.encodePart(part, known as Rec)', "return codec.encode(known) ?? ''"]],
  },
  {
    name: 'what is packed and read by nobody goes out empty',
    file: 'engine/deploy/demand.ts',
    edits: [
      [
        "ramp.postprocessors.length > 0 ? 'bytes' : 'stream'",
        "ramp.postprocessors.length > 99 ? 'bytes' : 'stream'",
      ],
    ],
  },
  {
    name: 'an offramp is closed over its calls by a reload',
    file: 'engine/deploy/generation.ts',
    edits: [['node.drain().then(() => node.close())', 'Promise.resolve(node.close())']],
  },
  {
    name: 'an event that goes round is let go on',
    file: 'engine/deploy/generation.ts',
    edits: [['if (within === mostWithin) return', 'if (within === 1e9) return']],
  },
  {
    name: 'a pipelined request does not wait for its turn',
    file: 'engine/http/own/server-connection.ts',
    sockets: true,
    edits: [['if (!this.exchange!.answered) {', 'if (!this.exchange!.answered && i >= end) {']],
  },
  {
    name: 'a call whose answer has begun is made again',
    file: 'engine/http/own/call.ts',
    sockets: true,
    edits: [['      untouched && fault.reused === true', '      fault.reused === true']],
  },
  {
    name: 'a body that nobody wants is taken for the next request',
    file: 'engine/http/own/server-connection.ts',
    sockets: true,
    edits: [
      [
        '      if (body !== null && body.state < DONE) {',
        '      if (body !== null && body.state < DONE && body.state !== DISCARDING) {',
      ],
    ],
  },
]
