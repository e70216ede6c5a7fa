/** What an operator writes about the cache of an offramp. */
import { boolean, type ConfigOf, duration, integer, list, number, record, size, text } from '../../config.ts'

export const cacheField = record(
  'Keeps answers in memory, and on a disk if asked to, and gives them again, as a shared cache (RFC 9111) between this engine and its upstreams. Pipelines see every answer, kept or not; `Age` and `Cache-Status` (RFC 9211) say where it came from.',
  {
    max_bytes: size('How much is kept. The least recently used goes first.', { default: '64MiB', min: 1 }),
    disk: record(
      'Keeps them on a disk, too, so that they outlive the process. What memory has no room for is read from there again. Only one process may use a folder.',
      {
        folder: text('Where: a folder for each offramp is made in it, which only this user can read.', {
          required: true,
        }),
        max_bytes: size('How much is kept there. The least recently used goes first.', {
          default: '1GiB',
          min: 1,
        }),
      },
    ),
    max_object: size('The longest answer that is kept.', { default: '4MiB', min: 1 }),
    max_variants: integer('The most answers kept for one URL that differ by `Vary`.', {
      default: 16,
      min: 1,
      max: 1000,
    }),
    max_freshness: duration('No answer counts as fresh for longer, whatever it says.', { unit: 's' }),
    heuristic: number(
      'An answer that states no lifetime is fresh for this share of the time since it was last modified; 0 for never.',
      { default: 0.1, min: 0, max: 1 },
    ),
    stale_while_revalidate: duration(
      'For how long after its freshness an answer is still given while it is fetched anew, if it says nothing about that itself.',
      { unit: 's', default: 0 },
    ),
    stale_if_error: duration(
      'For how long after its freshness an answer is still given if the upstream fails, if it says nothing about that itself.',
      { unit: 's', default: 0 },
    ),
    key_headers: list(
      'Header fields of the request that tell answers apart though no `Vary` names them, as `x-forwarded-host` where the upstream builds links of it.',
      text('A name.'),
      { default: [] },
    ),
    tag_headers: list('Header fields of the answer that hold tags to purge by.', text('A name.'), {
      default: ['surrogate-key', 'cache-tag'],
    }),
    obey_clients: boolean(
      'Whether `Cache-Control` and `Pragma` of requests count. Without it clients cannot force a fetch.',
      { default: true },
    ),
  },
)

export type CacheConfig = NonNullable<ConfigOf<{ cache: typeof cacheField }>['cache']>
