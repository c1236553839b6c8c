/** The TLS certificate a node listens with: the configured one, or one it makes and signs itself. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EdgeNodeConfiguration, isLoopback } from '#edge-node/config.ts'
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

/** Nobody renews certificates in a village; children follow a new one by the node's own key anyway. */
const VALID_YEARS = 15

/** SHA-256 fingerprint of a certificate in PEM, 64 hex digits. */
export const fingerprintOfPem = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()

/**
 * The certificate to listen with; null where plain HTTP is right: on loopback, or by explicit choice. Says in words
 * which files cannot be used.
 */
export async function certificateFor(settings: EdgeNodeConfiguration): Promise<Result<Certificate | null>> {
  const { TLS_CERTIFICATE, TLS_KEY, DATA_FOLDER } = settings
  try {
    if (TLS_CERTIFICATE !== '') {
      const certificate = readFileSync(TLS_CERTIFICATE, 'utf8')
      const key = readFileSync(TLS_KEY, 'utf8')
      return success({ certificate, key, fingerprint: fingerprintOfPem(certificate) })
    }
    if (isLoopback(settings.DESK_HOST) || settings.DESK_WITHOUT_TLS === 'accept-risk') return success(null)
    return success(await ownCertificate(DATA_FOLDER))
  } catch (error) {
    // Every code here is of the system or of OpenSSL: a file that is missing, unreadable or no certificate.
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const files = TLS_CERTIFICATE === '' ? `${DATA_FOLDER} 中的 certificate.pem` : `${TLS_CERTIFICATE} 或 ${TLS_KEY}`
    const next = '请检查 TLS_CERTIFICATE、TLS_KEY、磁盘空间和文件权限'
    return fail('certificate-unusable', `证书文件不能使用(${code}):${files}`, '数据没有改动', next)
  }
}

/**
 * The self-signed certificate of a data folder, made when there is none. One that the disk does not take serves this
 * run: the next start makes another, and children follow it under the node's own key.
 */
export async function ownCertificate(folder: string): Promise<Certificate> {
  const paths = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'certificate-key.pem') }
  const [certificate, key] = [readIfThere(paths.certificate), readIfThere(paths.key)]
  if (certificate !== undefined && key !== undefined)
    return { certificate, key, fingerprint: fingerprintOfPem(certificate) }

  const { generate } = await import('selfsigned') // 50 ms of parsing that most starts do not need
  const now = new Date(nodeHost.now())
  const made = await generate([{ name: 'commonName', value: 'county-service-node' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - 86_400_000), // village clocks run late
    notAfterDate: new Date(now.getFullYear() + VALID_YEARS, 0, 1),
  })
  const kept = writtenOrNot(paths.key, made.private)
  if (kept) writtenOrNot(paths.certificate, made.cert)
  return { certificate: made.cert, key: made.private, fingerprint: fingerprintOfPem(made.cert) }
}
