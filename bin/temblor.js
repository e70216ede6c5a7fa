#!/usr/bin/env node
// Old syntax on purpose: a Node that is too old must get as far as the message.
import fs from 'node:fs'
import module from 'node:module'
import v8 from 'node:v8'

var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    'temblor needs Node 24 or newer, this is Node ' +
      process.versions.node +
      ' (https://nodejs.org, or: npx node@24)',
  )
  process.exit(1)
}

// Objects of a request outlive one collection while it is in flight; V8 takes that for a long life, allocates all of them
// old, and each young collection then copies what dead old ones still point to: 10 to 30 ms instead of 0.4.
v8.setFlagsFromString('--no-allocation-site-pretenuring')

// Compiled code is kept in the directory for temporary files: a second start takes half the time.
module.enableCompileCache()

// A checkout runs its sources, a package (which has none) what was compiled from them. No second process either way.
var source = new URL('../engine/cli/main.ts', import.meta.url)
var entry = fs.existsSync(source) ? source : new URL('../dist/engine/cli/main.js', import.meta.url)
import(entry.href).then((cli) => cli.start())
