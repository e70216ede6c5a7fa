/** Rounds as a table for people. */
import { median } from './numbers.ts'
import type { Column, Figures } from './workload.ts'

export interface Measured {
  readonly what: string
  readonly against: string
  readonly columns: readonly Column[]
  readonly rounds: Readonly<Record<string, readonly Figures[]>>
}

/** One line a peer; ratios are medians of each round's ratio to the same round of the peer that is compared with. */
export function table(name: string, measured: Measured): string {
  const { what, against, columns, rounds } = measured
  const heads = columns.flatMap(({ head, beyond, ratio }) => [
    head,
    ...(beyond === undefined ? [] : [`- ${beyond}`]),
    ...(ratio === true ? [`× ${against}`] : []),
  ])
  const rows = Object.entries(rounds).map(([peer, all]) => [
    peer,
    ...columns.flatMap((column) => cells(column, all, measured)),
  ])
  const widths = ['', ...heads].map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  const count = Math.max(...Object.values(rounds).map(({ length }) => length))
  return [
    `${name}: ${what} (${count === 1 ? 'one round' : `median of ${count} rounds`})`,
    line(['', ...heads]),
    ...rows.map(line),
    '',
  ].join('\n')
}

function cells(column: Column, all: readonly Figures[], { against, rounds }: Measured): string[] {
  const { key, digits, of, beyond, ratio } = column
  const valuesOf = (figures: readonly Figures[] | undefined) =>
    figures?.map((each) => each[key] ?? Number.NaN)
  const less = beyond === undefined ? undefined : valuesOf(rounds[beyond])
  const own = valuesOf(all)!
  const extra = own.map((value, i) => value - (less?.[i] ?? Number.NaN))
  const compared = less === undefined ? own : extra
  const base = valuesOf(rounds[against])?.map((value, i) => value - (less?.[i] ?? 0))
  const told = of === 'most' ? Math.max(...own) : of === 'sum' ? own.reduce((a, b) => a + b, 0) : median(own)
  return [
    text(told, digits),
    ...(beyond === undefined ? [] : [text(median(extra), digits)]),
    ...(ratio === true
      ? [text(base === undefined ? Number.NaN : median(compared.map((value, i) => value / base[i]!)), 2)]
      : []),
  ]
}

function text(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}
