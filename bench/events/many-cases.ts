/** A match of some 1,500 lines over the measurement, as operators grow them over the years. */
export function manyCases(): string {
  const cases = Array.from({ length: 370 }, (_, at) => {
    const name = `text${String(at + 1).padStart(3, '0')}`
    return `    case %{measurement == "${name}"} =>
      let $class = "class${at}",
      let $rate = ${at % 3 === 0 ? 24 : 100_000_000},
      let $dimension = event.measurement`
  })
  return `define script classify
script
  use tremor::system;
  let event.timestamp = system::ingest_ns();
  match event of
${cases.join('\n')}
    default => let $class = "other", let $rate = 0
  end;
  emit event => "out"
end;
create script classify;

define grouper::bucket operator limit;
create operator limit;

select event from in into classify;
select event from classify into limit;
select event from limit into out;
select event from limit/overflow into out;
`
}
