/** Scripts that would never end, or eat all memory, and how they end. `bench/limits.ts` says how long each takes. */
const nested = 'for a of case (i, x) => for b of case (j, y) => for c of case (k, z) => 1 end end end'

export const endless: readonly (readonly [title: string, script: string, failure: RegExp])[] = [
  [
    'loops in loops',
    `use std::range;\nlet a = range::range(0, 1000);\nlet b = a;\nlet c = a;\n${nested}`,
    /takes more than 1000000 steps/,
  ],
  [
    'functions that call functions',
    `fn f0(x) with for x of case (i, e) => e end end;\n${Array.from(
      { length: 12 },
      (_, at) => `fn f${at + 1}(x) with [f${at}(x), f${at}(x), f${at}(x), f${at}(x)] end;`,
    ).join('\n')}\nf12([1])`,
    /takes more than 1000000 steps/,
  ],
  [
    'a string that doubles',
    'fn grow(s) with\n  recur("#{s}#{s}")\nend;\ngrow("x")',
    /builds a value larger than 16 MiB/,
  ],
  [
    'a sum that doubles',
    'fn grow(s) with\n  recur(s + s)\nend;\ngrow("x")',
    /builds a value larger than 16 MiB/,
  ],
  [
    'a tree of shared branches, printed',
    `let x = [1];\n${'let x = [x, x];\n'.repeat(60)}"#{x}"`,
    /more parts than can be written/,
  ],
  [
    'trees of shared branches, compared',
    `let x = [1];\nlet y = [1];\n${'let x = [x, x];\nlet y = [y, y];\n'.repeat(60)}x == y`,
    /more than 3000000 steps inside/,
  ],
  [
    'trees of shared branches, looked for in an array',
    `use std::array;\nlet x = [1];\nlet y = [1];\n${'let x = [x, x];\nlet y = [y, y];\n'.repeat(60)}array::contains([x], y)`,
    /more than 3000000 steps inside/,
  ],
  [
    'trees of shared branches, merged',
    `let x = {"n": 1};\nlet y = {"n": 1};\n${'let x = {"a": x, "b": x};\nlet y = {"a": y, "b": y};\n'.repeat(60)}merge x of y end`,
    /more than 3000000 steps inside/,
  ],
  [
    'a tree of shared branches, laid flat',
    `use std::array;\nlet x = [1];\n${'let x = [x, x];\n'.repeat(60)}array::len(array::flatten(x))`,
    /more than 3000000 steps inside/,
  ],
  [
    'loops over ranges',
    'use std::range;\nuse std::array;\nfor range::range(0, 1000) of case (i, e) => array::len(range::range(0, 999000 + i)) end',
    /more than 3000000 steps inside/,
  ],
  [
    'loops over long texts',
    'use std::string;\nuse std::range;\nfn grow(s, n) with match n of case 16 => s default => recur(s + s, n + 1) end end;\nlet s = grow("x", 0);\nfor range::range(0, 100000) of case (i, e) => string::len(string::uppercase(s)) end',
    /more than 3000000 steps inside/,
  ],
  [
    'loops over patterns that go astray',
    'use std::re;\nuse std::range;\nfn grow(s, n) with match n of case 10 => s default => recur(s + s, n + 1) end end;\nlet s = grow("x", 0);\nfor range::range(0, 100000) of case (i, e) => re::is_match("(x+x+)+y", s) end',
    /more than 3000000 steps inside/,
  ],
  ['recursion without end', 'fn f(n) with recur(n + 1) end;\nf(0)', /Recursion limit Reached/],
]
