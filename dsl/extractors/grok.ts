import type { Extractor } from '#dsl/function.ts'
import { compileGrok } from '#dsl/grok.ts'

/** tremor-script/src/grok.rs. */
export default {
  name: 'grok',
  doc: 'A regular expression with named patterns in it: `%{IP:client} %{WORD:method}`. Gives every named part, `""` for one that took no part.',
  examples: [
    {
      rule: '%{IP:client} %{WORD:method} %{URIPATHPARAM:request} %{NUMBER:bytes} %{NUMBER:duration}',
      input: '55.3.244.1 GET /index.html 15824 0.043',
      result:
        '{"client":"55.3.244.1","method":"GET","request":"/index.html","bytes":"15824","duration":"0.043"}',
    },
    {
      rule: '%{COMBINEDAPACHELOG}',
      input:
        '127.0.0.1 - snot [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://example.com/" "Badger/1.0"',
      result:
        '{"clientip":"127.0.0.1","ident":"-","auth":"snot","timestamp":"10/Oct/2000:13:55:36 -0700","verb":"GET","request":"/a.gif","httpversion":"1.0","rawrequest":"","response":"200","bytes":"2326","referrer":"\\"http://example.com/\\"","agent":"\\"Badger/1.0\\""}',
    },
    { rule: '%{NUMBER:duration}', input: 'snot', result: null },
  ],
  compile: compileGrok,
} satisfies Extractor
