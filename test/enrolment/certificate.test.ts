/** A node's own certificate: renewed in time, also while the program runs. */
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { careForCertificate, ownCertificate } from '#edge-node/certificate.ts'
import { createNodeServer, listen, renewCertificate } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { temporaryFolder } from './folder.ts'

const DAY = 24 * 60 * 60_000
const NOW = Date.UTC(2026, 10, 20, 1)

test('E54 a certificate is made anew at a start when less than a year is left, when it has run out, and when it begins in the future', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, NOW)
  const { validFromDate, validToDate } = new X509Certificate(first.certificate)
  const days = (validToDate.getTime() - validFromDate.getTime()) / DAY
  expect([days >= 398, days <= 825]).toEqual([true, true])
  const lastDay = validToDate.getTime() - LIMITS.certificateRenewalDays * DAY
  for (const good of [NOW, lastDay]) expect(await ownCertificate(folder, good)).toEqual(first)
  const renewed = await ownCertificate(folder, lastDay + 1)
  expect(renewed.fingerprint).not.toBe(first.fingerprint)
  expect(await ownCertificate(folder, lastDay + 1)).toEqual(renewed)
  const late = await ownCertificate(folder, NOW + 4_000 * DAY)
  const early = await ownCertificate(folder, Date.UTC(2009, 0, 1)) // an empty battery
  const [from, to] = [validFromDate, validToDate].map((date) => date.getTime())
  expect(new Set([renewed, late, early].map(({ fingerprint }) => fingerprint)).size).toBe(3)
  expect(new X509Certificate(early.certificate).validToDate.getTime()).toBeLessThan(from ?? 0)
  expect(new X509Certificate(late.certificate).validFromDate.getTime()).toBeGreaterThan(to ?? 0)
})

test('E54 a certificate whose key is another one, because the power went between the two files, is made anew', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, NOW)
  const other = await ownCertificate(temporaryFolder(), NOW)
  writeFileSync(join(folder, 'certificate-key.pem'), other.key)
  const made = await ownCertificate(folder, NOW)
  expect(made.fingerprint).not.toBe(first.fingerprint)
  const listening = valueIn(
    await listen(
      createNodeServer(() => new Response('here'), made),
      '127.0.0.1',
      0,
      true,
    ),
  )
  await listening.close()
})

/** The certificate a TLS server shows. */
const shownAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase())
      socket.destroy()
    })
    socket.once('error', reject)
  })

test('E54 a running server shows the new certificate once it is renewed, and looks every day', async () => {
  const folder = temporaryFolder()
  let now = NOW
  const first = await ownCertificate(folder, now)
  const server = createNodeServer(() => new Response('here'), first)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, true))
  onTestFinished(() => listening.close())
  const waits: { milliseconds: number; callback: () => void }[] = []
  const renewals: string[] = []
  const care = careForCertificate(first, {
    folder,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => now,
    after(milliseconds, callback) {
      waits.push({ milliseconds, callback })
      return () => {}
    },
    renewed(certificate) {
      renewals.push(certificate.fingerprint)
      renewCertificate(server, certificate)
    },
  })
  const passes = async (days: number) => {
    now += days * DAY
    const count = waits.length
    waits.at(-1)?.callback()
    await expect.poll(() => waits.length).toBe(count + 1)
  }
  const port = Number(new URL(listening.address).port)
  await passes(1)
  expect([renewals, await shownAt(port)]).toEqual([[], first.fingerprint])
  await passes(LIMITS.certificateDays - LIMITS.certificateRenewalDays)
  expect(renewals).toHaveLength(1)
  expect([await shownAt(port), await ownCertificate(folder, now)]).toMatchObject([
    renewals[0],
    { fingerprint: renewals[0] },
  ])
  // What cannot be read takes nothing away; the next look finds it mended.
  const path = join(folder, 'certificate.pem')
  const pem = readFileSync(path)
  writeFileSync(path, 'rubbish')
  await passes(1)
  expect([renewals.length, await shownAt(port)]).toEqual([1, renewals[0]])
  writeFileSync(path, pem)
  await passes(1)
  expect(renewals).toHaveLength(1)
  expect(new Set(waits.map(({ milliseconds }) => milliseconds))).toEqual(new Set([DAY]))
  care.stop()
})
