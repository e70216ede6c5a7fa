import { compileDissect } from '#dsl/dissect.ts'
import type { Extractor } from '#dsl/function.ts'

export default {
  name: 'dissect',
  doc: 'Fields between fixed texts, for the whole text: `%{name}`, `%{name:int}` and `%{name:float}`; `%{?name}` is skipped, `%{&name}` is stored under what `%{?name}` skipped, `%{+name}` is appended, `%{_}` and `%{_(-)}` are padding.',
  examples: [
    {
      rule: '%{protocol}://%{host}.%{.tld}',
      input: 'http://example.com/',
      result: '{"protocol":"http","host":"example",".tld":"com/"}',
    },
    {
      rule: '%{date} %{_(-)} %{?priority} %{&priority} %{+snot} %{+snot}',
      input: '2019-04-20 ------------------- high 3 foo bar',
      result: '{"date":"2019-04-20","high":"3","snot":"foo-bar"}',
    },
    { rule: '%{name}, %{age:int}', input: 'John Doe, 22', result: '{"name":"John Doe","age":22}' },
    { rule: '%{name}, %{age:int}', input: 'John Doe, old', result: null },
    { rule: '%{a} %{b}', input: 'one', result: null },
  ],
  compile(rule) {
    const read = compileDissect(rule)
    return { test: (input) => read(input) !== undefined, extract: read }
  },
} satisfies Extractor
