/**
 * The chart and the compose files, by the tools that read them. Needs `helm` (on the path, or where HELM says; it can be built: `go install
 * helm.sh/helm/v3/cmd/helm@latest`) and Debian's `docker-compose`. Without them this fails and says so. Run by `.ci/run`.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { check } from '#engine/check.ts'
import { folder } from '../gateways/support.ts'
import { root } from '../support/process.ts'

const chart = join(root, 'deploy/helm/temblor')
const scratch = mkdtempSync(join(tmpdir(), 'temblor-chart-'))
after(() => rmSync(scratch, { recursive: true }))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(command: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: root })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new Error(`This test needs "${command}": the head of ${import.meta.filename} says where to get it`)
  return { code: status, out: stdout, err: stderr }
}

const helm = (...args: readonly string[]) => run(process.env['HELM'] || 'helm', ...args)

// biome-ignore lint/suspicious/noExplicitAny: manifests of every kind.
type Manifest = any

function template(...args: readonly string[]): Map<string, Manifest> {
  const { code, out, err } = helm('template', 'shop', chart, ...args)
  assert.equal(code, 0, err)
  const manifests = parseAllDocuments(out).map((each) => {
    assert.deepEqual(each.errors, [])
    return each.toJS()
  })
  return new Map(manifests.filter(Boolean).map((each) => [each.kind, each]))
}

function values(text: string): string {
  const path = join(scratch, 'values.yaml')
  writeFileSync(path, text)
  return path
}

/** Said by hand only: a machine without helm fails. */
const skip = process.env['HELM'] === 'none' && 'HELM=none'

describe('helm lint', { skip }, () => {
  for (const [name, args] of Object.entries({
    'with what is preset': [],
    'with everything turned on': ['--set', 'ingress.enabled=true,metrics.serviceMonitor.enabled=true'],
  }))
    test(`finds nothing ${name}`, () => {
      const { code, out, err } = helm('lint', '--strict', chart, ...args)
      assert.equal(code, 0, out + err)
      assert.match(out, /1 chart\(s\) linted, 0 chart\(s\) failed/)
    })
})

describe('helm template', { skip }, () => {
  test('makes what the page asks for, with the limits it states', () => {
    const made = template()
    assert.deepEqual([...made.keys()].sort(), [
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ])
    const { spec } = made.get('Deployment').spec.template
    const [container] = spec.containers
    assert.deepEqual(container.resources, {
      limits: { cpu: '600m', memory: '512Mi' },
      requests: { cpu: '100m', memory: '128Mi' },
    })
    assert.deepEqual(
      ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe].httpGet.path),
      ['/livez', '/livez', '/readyz'],
    )
    assert.equal(container.securityContext.readOnlyRootFilesystem, true)
    assert.equal(spec.securityContext.runAsNonRoot, true)
    assert.deepEqual(made.get('HorizontalPodAutoscaler').spec.scaleTargetRef, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: made.get('Deployment').metadata.name,
    })
  })

  test('makes an Ingress and a ServiceMonitor where they are asked for', () => {
    const given = values(`
ingress: { enabled: true, hosts: [{ host: proxy.example, paths: [{ path: /, pathType: Prefix }] }] }
metrics: { serviceMonitor: { enabled: true, interval: 15s } }
autoscaling: { enabled: false }
`)
    const made = template('--values', given)
    assert.equal(made.get('Ingress').spec.rules[0].host, 'proxy.example')
    assert.equal(made.get('ServiceMonitor').spec.endpoints[0].interval, '15s')
    assert.equal(made.get('Deployment').spec.replicas, 2)
    assert.equal(made.has('HorizontalPodAutoscaler'), false)
  })

  for (const [workers, args] of Object.entries({ 1: [], 2: ['--workers', '2'], auto: ['--workers', 'auto'] }))
    test(`starts ${workers} worker(s)`, () => {
      const [container] = template('--set', `workers=${workers}`).get('Deployment').spec.template.spec
        .containers
      const at = container.args.indexOf('--workers')
      assert.deepEqual(at === -1 ? [] : container.args.slice(at, at + 2), args)
    })

  test('takes no number of workers that is none', () => {
    for (const workers of ['0', 'many', '1.5'])
      assert.match(helm('template', 'shop', chart, '--set', `workers=${workers}`).err, /workers/)
  })

  test("carries the configuration that passes the check, or another system's file", async () => {
    const { data } = template().get('ConfigMap')
    const files = folder(data)
    const { findings } = await check([files.path])
    files.remove()
    assert.deepEqual(findings, [])
    const proxyConfig = join(root, 'deploy/go-reverse-proxy/proxy-configs/proxyConfig.yaml')
    const made = template(
      ...['--set', 'from.kind=go-reverse-proxy', '--set', 'from.file=proxyConfig.yaml'],
      ...['--set-file', `files.proxyConfig\\.yaml=${proxyConfig}`],
    )
    const [container] = made.get('Deployment').spec.template.spec.containers
    assert.deepEqual(container.args.slice(0, 4), [
      'run',
      '--from',
      'go-reverse-proxy',
      '/etc/temblor/proxyConfig.yaml',
    ])
  })

  const typos: Readonly<Record<string, string>> = {
    'an unknown key': 'resource: {}',
    'an unknown key within one': 'service: { prot: 80 }',
    'an unknown key of a host': 'ingress: { hosts: [{ host: a, paths: [{ path: /, type: Prefix }] }] }',
    'a port beyond the last': 'service: { port: 70000 }',
    'a number written as text': 'replicaCount: "2"',
    'a path without a slash': 'ingress: { hosts: [{ host: a, paths: [{ path: x }] }] }',
    'a kind that nothing converts': 'from: { kind: nginx, file: proxy.yaml }',
    'a file of no known kind': 'files: { proxy.conf: "" }',
    'less time to end than requests may take': 'terminationGracePeriodSeconds: 5',
    'an interval that is none': 'metrics: { serviceMonitor: { interval: often } }',
  }
  for (const [name, text] of Object.entries(typos))
    test(`refuses ${name}`, () => {
      const { code, err } = helm('template', 'shop', chart, '--values', values(text))
      assert.notEqual(code, 0)
      assert.match(err, /values don't meet the specifications of the schema/)
    })

  test("refuses another system's file that is not there", () => {
    const args = ['--set', 'from.kind=go-reverse-proxy', '--set', 'from.file=elsewhere.yaml']
    const { code, err } = helm('template', 'shop', chart, ...args)
    assert.notEqual(code, 0)
    assert.match(err, /from\.file must be one of files, found "elsewhere\.yaml"/)
  })
})

describe('docker-compose config', () => {
  for (const file of ['docker-compose.yml', 'deploy/go-reverse-proxy/docker-compose.yml'])
    test(`reads ${file}`, () => {
      const { code, out, err } = run('docker-compose', '-f', file, 'config')
      assert.equal(code, 0, err)
      assert.equal(err, '')
      assert.match(out, /^services:\n/m)
    })
})
