/** A node's own certificate: renewed in time, also while the program runs. */
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { type Certificate, careForCertificate, ownCertificate } from '#edge-node/certificate.ts'
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

test('E54 a certificate made by a clock that stands at 2009 is never written over a good one, and serves that run only', async () => {
  const folder = temporaryFolder()
  const good = await ownCertificate(folder, NOW)
  const early = await ownCertificate(folder, Date.UTC(2009, 0, 1)) // an empty battery
  expect(new X509Certificate(early.certificate).validToDate.getTime()).toBeLessThan(Date.UTC(2012, 0, 1))
  expect(await ownCertificate(folder, NOW)).toEqual(good)
  // A key without its certificate is nothing to keep.
  writeFileSync(join(folder, 'certificate-key.pem'), early.key)
  const again = await ownCertificate(folder, Date.UTC(2009, 0, 1))
  expect(await ownCertificate(folder, Date.UTC(2009, 0, 1))).toEqual(again)
})

test('E54 while a clock stands in 2010, what it made in 2009 and ends soon gives way to what is valid longer', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, Date.UTC(2009, 0, 1))
  const later = Date.UTC(2009, 0, 1) + (LIMITS.certificateDays - LIMITS.certificateRenewalDays + 1) * DAY
  const second = await ownCertificate(folder, later)
  expect(second.fingerprint).not.toBe(first.fingerprint)
  expect(await ownCertificate(folder, later)).toEqual(second)
})

test('E54 a certificate made by a clock that was two years ahead is replaced once the time is known, and by one that stays', async () => {
  const folder = temporaryFolder()
  const ahead = await ownCertificate(folder, NOW + 730 * DAY)
  const made = await ownCertificate(folder, NOW)
  expect(made.fingerprint).not.toBe(ahead.fingerprint)
  for (const day of [0, 1, 30]) expect(await ownCertificate(folder, NOW + day * DAY)).toEqual(made)
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

/** The care for a certificate, whose days pass when the test says so. */
function careFor(first: Certificate, folder: string, renewed: (certificate: Certificate) => void) {
  const waits: { milliseconds: number; callback: () => void }[] = []
  let now = NOW
  const care = careForCertificate(first, {
    folder,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => now,
    after(milliseconds, callback) {
      waits.push({ milliseconds, callback })
      return () => {}
    },
    renewed,
  })
  const look = (days: number) => {
    now += days * DAY
    waits.at(-1)?.callback()
  }
  const passes = async (days: number) => {
    const count = waits.length
    look(days)
    await expect.poll(() => waits.length).toBe(count + 1)
    return now
  }
  return { care, waits, look, passes }
}

const DAYS_UNTIL_RENEWAL = LIMITS.certificateDays - LIMITS.certificateRenewalDays

test('E54 on a disk that takes no file one new certificate serves the run, not another one each day', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, NOW)
  for (const name of ['certificate.pem', 'certificate-key.pem']) rmSync(join(folder, name))
  mkdirSync(join(folder, 'certificate-key.pem.new')) // what is written beside it first cannot be
  const renewals: string[] = []
  const { passes } = careFor(first, folder, ({ fingerprint }) => renewals.push(fingerprint))
  await passes(1)
  expect(renewals).toEqual([])
  await passes(DAYS_UNTIL_RENEWAL)
  for (let day = 0; day < 3; day++) await passes(1)
  expect([renewals.length, readdirSync(folder)]).toEqual([1, ['certificate-key.pem.new']])
})

test('E54 a program that stops while it looks looks no more, and renews nothing', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, NOW)
  const renewals: string[] = []
  const { care, waits, look } = careFor(first, folder, ({ fingerprint }) => renewals.push(fingerprint))
  look(DAYS_UNTIL_RENEWAL + 1)
  care.stop()
  await expect.poll(() => readFileSync(join(folder, 'certificate.pem'), 'utf8')).not.toBe(first.certificate)
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect([waits.length, renewals]).toEqual([1, []])
})

test('E54 a running server shows the new certificate once it is renewed, and looks every day', async () => {
  const folder = temporaryFolder()
  const first = await ownCertificate(folder, NOW)
  const server = createNodeServer(() => new Response('here'), first)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, true))
  onTestFinished(() => listening.close())
  const renewals: string[] = []
  const { care, waits, passes } = careFor(first, folder, (certificate) => {
    renewals.push(certificate.fingerprint)
    renewCertificate(server, certificate)
  })
  const port = Number(new URL(listening.address).port)
  await passes(1)
  expect([renewals, await shownAt(port)]).toEqual([[], first.fingerprint])
  // What cannot be read takes nothing away; the next look finds it mended.
  const path = join(folder, 'certificate.pem')
  const pem = readFileSync(path)
  writeFileSync(path, 'rubbish')
  await passes(DAYS_UNTIL_RENEWAL)
  expect([renewals, await shownAt(port)]).toEqual([[], first.fingerprint])
  writeFileSync(path, pem)
  const now = await passes(1)
  expect(renewals).toHaveLength(1)
  expect([await shownAt(port), await ownCertificate(folder, now)]).toMatchObject([
    renewals[0],
    { fingerprint: renewals[0] },
  ])
  await passes(1)
  expect(renewals).toHaveLength(1)
  expect(new Set(waits.map(({ milliseconds }) => milliseconds))).toEqual(new Set([DAY]))
  care.stop()
})
