/** Keys and certificates as they lie in the data folder. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { certificateFor, fingerprintOfPem, ownCertificate } from '#edge-node/certificate.ts'
import { EDGE_NODE_VARIABLES, isLoopback, readConfiguration } from '#edge-node/config.ts'
import { loadKeys, readEnrolment, writeEnrolment } from '#edge-node/identity.ts'
import { toHex } from '#protocol/ids.ts'
import { success } from '#protocol/result.ts'
import { nodeIdOf } from '#protocol/transport/node-host.ts'
import { FRIDAY, morningOf } from '#test/clock/host.ts'
import { valueIn } from '#test/documents/authors.ts'
import { temporaryFolder } from './folder.ts'

const NOW = morningOf(FRIDAY)

function settings(environment: Record<string, string>) {
  const read = readConfiguration(EDGE_NODE_VARIABLES, environment)
  if (!read.ok) throw new Error(JSON.stringify(read.problem))
  return read.value
}

test('E12 the key is made once, for its own user alone', () => {
  const folder = join(temporaryFolder(), 'node')
  const first = loadKeys(folder)
  const second = loadKeys(folder)
  if (!first.ok || !second.ok) throw new Error('no key')
  expect(second.value.publicKey).toEqual(first.value.publicKey)
  expect(statSync(join(folder, 'node-key.pem')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('E12 a damaged key or a foreign enrolment stops the node and names the file', () => {
  const folder = temporaryFolder()
  const keys = loadKeys(folder)
  if (!keys.ok) throw new Error('no key')
  const root = { node: nodeIdOf(keys.value.publicKey), publicKey: toHex(keys.value.publicKey) }
  writeEnrolment(folder, { node: root.node, lease: 1, root, county: '', parent: null })
  expect(readEnrolment(folder, keys.value)).toMatchObject({ ok: true, value: { lease: 1 } })
  const other = loadKeys(temporaryFolder())
  if (!other.ok) throw new Error('no key')
  expect(readEnrolment(folder, other.value)).toMatchObject({ ok: false, problem: { code: 'identity-damaged' } })
  writeFileSync(join(folder, 'enrolment.json'), '{"node":')
  expect(readEnrolment(folder, keys.value)).toMatchObject({ ok: false, problem: { code: 'identity-damaged' } })
  writeFileSync(join(folder, 'node-key.pem'), 'damaged')
  const damaged = loadKeys(folder)
  expect(damaged.ok ? '' : damaged.problem.message).toContain('node-key.pem')
  expect(readFileSync(join(folder, 'node-key.pem'), 'utf8')).toBe('damaged')
})

test('E12 a folder that cannot be used is named', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const keys = loadKeys(join(file, 'node'))
  expect(keys).toMatchObject({ ok: false, problem: { code: 'folder-unusable' } })
  expect(keys.ok ? '' : keys.problem.message).toContain(file)
})

test('E17 a certificate that is none, or not the key’s, is a problem of the configuration', async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()]
  await ownCertificate(folder)
  await ownCertificate(other)
  const paths = { TLS_CERTIFICATE: join(folder, 'certificate.pem'), TLS_KEY: join(other, 'certificate-key.pem') }
  const problemsOf = (environment: Record<string, string>) => {
    const read = readConfiguration(EDGE_NODE_VARIABLES, environment)
    return read.ok ? [] : read.problem.map(({ variable }) => variable)
  }
  expect(problemsOf(paths)).toEqual(['TLS_KEY'])
  expect(problemsOf({ ...paths, TLS_KEY: join(folder, 'certificate-key.pem') })).toEqual([])
  expect(problemsOf({ TLS_CERTIFICATE: paths.TLS_KEY, TLS_KEY: paths.TLS_CERTIFICATE })).toEqual([
    'TLS_CERTIFICATE',
    'TLS_KEY',
  ])
})

test('E13 a certificate is made where it is needed, once, and kept private', async () => {
  const folder = temporaryFolder()
  expect(await certificateFor(settings({ DATA_FOLDER: folder }), NOW)).toEqual(success(null))
  const accepted = { DATA_FOLDER: folder, DESK_HOST: '0.0.0.0', DESK_WITHOUT_TLS: 'accept-risk' }
  expect(await certificateFor(settings(accepted), NOW)).toEqual(success(null))
  const made = valueIn(await certificateFor(settings({ DATA_FOLDER: folder, DESK_HOST: '0.0.0.0' }), NOW))
  expect(made?.fingerprint).toMatch(/^[0-9a-f]{64}$/)
  expect(await ownCertificate(folder, NOW)).toEqual(made)
  expect(statSync(join(folder, 'certificate-key.pem')).mode & 0o777).toBe(0o600)
})

test('E13 a configured certificate is used', async () => {
  const folder = temporaryFolder()
  const made = await ownCertificate(folder)
  const configured = settings({
    DATA_FOLDER: temporaryFolder(),
    TLS_CERTIFICATE: join(folder, 'certificate.pem'),
    TLS_KEY: join(folder, 'certificate-key.pem'),
  })
  expect(await certificateFor(configured, NOW)).toEqual(success(made))
  expect(fingerprintOfPem(made.certificate)).toBe(made.fingerprint)
})

test('E13 loopback is this machine and nothing else', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'].filter(isLoopback)).toHaveLength(6)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.cn', 'localhost.cn', ''].filter(isLoopback)).toEqual([])
})
