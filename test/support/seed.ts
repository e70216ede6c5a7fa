/**
 * Properties draw the same cases in every run of `npm test`, so that a change is judged by what it changed. Other cases: `FC_SEED=n npm test`,
 * or `FC_SEED=any` for new ones each time.
 */
import fc from 'fast-check'

const asked = process.env['FC_SEED']
if (asked !== 'any') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked ?? 20261121) })
