/** One sentence for each word: those an operator's files are made of, and those of the language. */

const configuration: Readonly<Record<string, string>> = {
  onramp:
    'Where events enter: a server, a file, a timer. A linked onramp also carries an answer back to whoever sent the event.',
  offramp:
    'Where events leave. A linked offramp sends on what comes back, as events on its port "out" or "err".',
  pipeline: 'What happens to events in between: scripts, operators and selects, wired in a .trickle file.',
  script:
    'A piece of program that looks at an event and changes it: a .tremor file, or "define script" in a pipeline.',
  operator:
    'A part of a pipeline that handles the stream rather than one event: it distributes, holds back, batches.',
  binding: 'A list of links between the ports of onramps, pipelines and offramps, with {instance} left open.',
  mapping: 'Brings a binding to life, once for each instance it names.',
  port: 'An entry or exit of a node. Most have "in" and "out"; errors leave by "err", what is too much by "overflow".',
  link: 'What leaves one port arrives at another: "/onramp/http_in/01/out" to "/pipeline/main/01/in".',
  address: 'Names a port, or a node, the same way everywhere: /KIND/ID/INSTANCE/PORT.',
  event: 'A value under way, with metadata ($request, $response, your own) and the request it descends from.',
  codec: 'Makes a value of bytes and bytes of a value: json, string, binary.',
  flight:
    'A request under way: how many events descend from it still, and whether it was answered. None is left unanswered.',
  contraflow:
    'What travels back up the links: acknowledgement, failure, and whether an exit is open or closed.',
}

const language: Readonly<Record<string, string>> = {
  $: 'The metadata of the event, a record: `$request.method` reads from it, `let $key = value` writes into it.',
  state:
    'What a script remembers from event to event: null until `let state = …` assigns all of it, lost when the process ends.',
  args: 'The parameters of a script (`args.limit`), or what a function with `...` was given beyond its own parameters.',
  let: 'Gives a value to a local, or to a path into it, the event, `$` or the state: `let event.host = "a"`.',
  const: 'A value that is known before the first event: `const limit = 10`. It cannot be assigned.',
  fn: 'A function: `fn double(x) with x * 2 end`, or `fn f(x) of case (0) => … default => … end`. Inside, `event`, `$` and `state` are null.',
  recur:
    'Calls the function it stands in once more, as the last thing that does: up to 1024 rounds. There is no other recursion.',
  use: 'Brings a module in, from beside the file, from TREMOR_PATH, or from the library: `use std::string;`.',
  mod: 'A module within a file: constants, functions and definitions that are reached as `name::…`.',
  match:
    'Takes the first case that fits: `match event of case %{ present host } => … default => … end`. It fails where none does.',
  case: 'One way of a match, comprehension or function: a pattern, perhaps a guard (`when …`), and what it gives (`=> …`).',
  default: 'The case that takes what no other does. It comes last.',
  when: 'The guard of a case: it must be a boolean, and may read what the pattern bound.',
  present:
    'Whether a path leads somewhere: `present event.host`. Both sides of `and` are evaluated, so it protects nothing beside it.',
  absent: 'Whether a path leads nowhere: `absent event.host`.',
  patch:
    'A copy of a record with changes: `patch event of insert "a" => 1, update "b" => 2, upsert …, erase …, copy …, move …, merge … end`.',
  merge:
    'Two records in one, `merge event of {"a": null} end`: what is on the right wins, null deletes, records merge.',
  for: 'Makes an array of what is in an array or record: `for event.list of case (i, x) when x > 1 => x * 2 end`.',
  emit: 'Ends the script with an event, `emit event => "port"`; without a port it leaves by "out".',
  drop: 'Ends the script without an event. A request whose event is dropped is answered by the engine.',
  select:
    'Takes events from a node to another, and may change them: `select {"n": aggr::stats::count()} from in[window] where … group by … into out having …`.',
  where: 'Which events a select takes: a boolean about the event as it comes.',
  having: 'Which events a select lets go: a boolean about what it made.',
  group:
    'In a select, the groups of `group by` that the event belongs to; with windows there is a window for each.',
  window:
    'Collects events: `define tumbling window w with size = 10 end`, or `interval` in nanoseconds. In a target, its name.',
  define:
    'Says what a window, operator or script is, without making one: `define qos::backpressure operator b with … end`.',
  create:
    'Makes a node of a definition, or a stream: `create operator b`, `create script s with limit = 1`, `create stream t`.',
  stream: 'A node that hands on what comes: to join or to part ways in a pipeline.',
}

export const words: Readonly<Record<string, string>> = { ...language, ...configuration }
