/** The TLS certificate a node listens with: the configured one, or one it makes and signs itself. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EdgeNodeConfiguration, isLoopback } from '#edge-node/config.ts'
import type { Log } from '#edge-node/log.ts'
import { civilDay, FIRST_DAY } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { readIfThere, writtenOrNot } from '#protocol/storage/durable-file.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: string
  /** SHA-256 of the certificate, 64 hex digits; enrolment pins it. */
  readonly fingerprint: string
}

const DAY = 24 * 60 * 60_000

/** SHA-256 fingerprint of a certificate in PEM, 64 hex digits. */
export const fingerprintOfPem = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()

/**
 * The certificate to listen with; null where plain HTTP is right: on loopback, or by explicit choice. Says in words
 * which files cannot be used. `now`: the time as far as this node knows it, which is not what a clock with an empty battery
 * shows.
 */
export async function certificateFor(
  settings: EdgeNodeConfiguration,
  now: number,
): Promise<Result<Certificate | null>> {
  const { TLS_CERTIFICATE, TLS_KEY, DATA_FOLDER } = settings
  try {
    if (TLS_CERTIFICATE !== '') {
      const certificate = readFileSync(TLS_CERTIFICATE, 'utf8')
      const key = readFileSync(TLS_KEY, 'utf8')
      return success({ certificate, key, fingerprint: fingerprintOfPem(certificate) })
    }
    if (isLoopback(settings.DESK_HOST) || settings.DESK_WITHOUT_TLS === 'accept-risk') return success(null)
    return success(await ownCertificate(DATA_FOLDER, now))
  } catch (error) {
    // Every code here is of the system or of OpenSSL: a file that is missing, unreadable or no certificate.
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const files = TLS_CERTIFICATE === '' ? `${DATA_FOLDER} 中的 certificate.pem` : `${TLS_CERTIFICATE} 或 ${TLS_KEY}`
    const next = '请检查 TLS_CERTIFICATE、TLS_KEY、磁盘空间和文件权限'
    return fail('certificate-unusable', `证书文件不能使用(${code}):${files}`, '数据没有改动', next)
  }
}

/** Whether a certificate is valid now and for long enough; one from the future was made by a clock that was ahead. */
function isFresh({ certificate }: Certificate, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  return validFromDate.getTime() <= now && validToDate.getTime() - now >= LIMITS.certificateRenewalDays * DAY
}

/** What a folder has; nothing when the key is another one: the power may go between the writing of the two files. */
function certificateIn(paths: { readonly certificate: string; readonly key: string }): Certificate | undefined {
  const [certificate, key] = [readIfThere(paths.certificate), readIfThere(paths.key)]
  if (certificate === undefined || key === undefined) return undefined
  const fits = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  return fits ? { certificate, key, fingerprint: fingerprintOfPem(certificate) } : undefined
}

const endOf = ({ certificate }: Certificate): number => new X509Certificate(certificate).validToDate.getTime()

/**
 * The self-signed certificate of a data folder; made when there is none, and anew when less than a year of it is left:
 * nobody renews certificates in a village, and children follow a new one under the node's own key (rule E35). One that
 * the disk does not take serves this run, and so does one made by a clock that shows what no right one can, beside a kept
 * one that is valid longer: a clock that stands at 2009 must not put what ends in 2011 in the place of a good one. One that
 * a clock made which was ahead gives way as soon as the time is known, or every start would show another one.
 */
export async function ownCertificate(folder: string, now = nodeHost.now()): Promise<Certificate> {
  const paths = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'certificate-key.pem') }
  const present = certificateIn(paths)
  if (present && isFresh(present, now)) return present

  const { generate } = await import('selfsigned') // 50 ms of parsing that most starts do not need
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'county-service-node' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY), // village clocks run late
    notAfterDate: new Date(now - DAY + LIMITS.certificateDays * DAY),
  })
  const made = { certificate: cert, key, fingerprint: fingerprintOfPem(cert) }
  if (present && civilDay(now) < FIRST_DAY && endOf(present) > endOf(made)) return made
  if (writtenOrNot(paths.key, key)) writtenOrNot(paths.certificate, cert)
  return made
}

export interface CertificateCareOptions {
  readonly folder: string
  readonly log: Log
  /** The time as far as this node knows it. */
  now(): number
  after(milliseconds: number, callback: () => void): () => void
  /** Told of a certificate that the server listens with from now on. */
  renewed(certificate: Certificate): void
}

/**
 * Renews a node's own certificate while the program runs, as it is renewed at a start. A file that cannot be used, or a
 * disk that cannot be read, takes nothing away: the present one serves on, and the next look tries again. While the
 * present one is good the disk is not asked: it may never have taken it.
 */
export function careForCertificate(present: Certificate, options: CertificateCareOptions): { stop(): void } {
  const { folder, log, now, after, renewed } = options
  let current = present
  let isStopped = false
  let cancel = () => {}
  const look = async () => {
    if (isFresh(current, now())) return
    const next = await ownCertificate(folder, now())
    if (isStopped || next.fingerprint === current.fingerprint) return
    current = next
    renewed(next)
    log.info({ fingerprint: next.fingerprint }, 'the certificate is renewed')
  }
  const unusable = (error: unknown) => log.error({ error: String(error) }, 'the certificate could not be looked at')
  const wait = () => {
    if (!isStopped) cancel = after(LIMITS.certificateCheckMilliseconds, () => void look().catch(unusable).then(wait))
  }
  wait()
  return {
    stop() {
      isStopped = true
      cancel()
    },
  }
}
