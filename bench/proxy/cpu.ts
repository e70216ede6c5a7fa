/** What a process and its children have used of the processor, and of memory, as Linux accounts for it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const ticksPerSecond = 100

/** User and kernel time of the tree below `pid`, in microseconds. Resolution: 10 ms. */
export function cpuMicros(pid: number): { readonly user: number; readonly kernel: number } {
  let user = 0
  let kernel = 0
  for (const each of tree(pid)) {
    const fields = statOf(each)
    if (fields === undefined) continue
    user += Number(fields[11])
    kernel += Number(fields[12])
  }
  const micros = 1e6 / ticksPerSecond
  return { user: user * micros, kernel: kernel * micros }
}

/** The most resident memory each process of the tree has had, added up, in octets. */
export function peakMemory(pid: number): number {
  return memory(pid, 'VmHWM')
}

/** Resident memory of the tree, in octets. */
export function residentMemory(pid: number): number {
  return memory(pid, 'VmRSS')
}

/** From here on, the most is told anew. */
export function forgetPeak(pid: number): void {
  for (const each of tree(pid)) writeFileSync(`/proc/${each}/clear_refs`, '5')
}

function memory(pid: number, name: 'VmHWM' | 'VmRSS'): number {
  let total = 0
  for (const each of tree(pid)) {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(textOf(each, 'status') ?? '')
    total += Number(line?.[1] ?? 0) * 1024
  }
  return total
}

function tree(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(Number(name))
    if (fields === undefined) continue
    const parent = Number(fields[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [pid]
  for (const each of found) found.push(...(children.get(each) ?? []))
  return found
}

/** Fields of /proc/PID/stat behind the name, which may hold spaces: state first. */
function statOf(pid: number): string[] | undefined {
  const text = textOf(pid, 'stat')
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Undefined if the process is gone. */
function textOf(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return undefined
  }
}
