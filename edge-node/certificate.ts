/** The TLS certificate a node listens with: the configured one, or one it makes and signs itself. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EdgeNodeConfiguration, isLoopback } from '#edge-node/config.ts'
import { readIfThere, writeDurably } from '#edge-node/durable-file.ts'
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

/** The certificate to listen with; null where plain HTTP is right: on loopback, or by explicit choice. */
export async function certificateFor(settings: EdgeNodeConfiguration): Promise<Certificate | null> {
  if (settings.TLS_CERTIFICATE !== '') {
    const certificate = readFileSync(settings.TLS_CERTIFICATE, 'utf8')
    return { certificate, key: readFileSync(settings.TLS_KEY, 'utf8'), fingerprint: fingerprintOfPem(certificate) }
  }
  if (isLoopback(settings.DESK_HOST) || settings.DESK_WITHOUT_TLS === 'accept-risk') return null
  return ownCertificate(settings.DATA_FOLDER)
}

/** The self-signed certificate of a data folder, made when there is none. */
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
  writeDurably(paths.key, made.private)
  writeDurably(paths.certificate, made.cert)
  return { certificate: made.cert, key: made.private, fingerprint: fingerprintOfPem(made.cert) }
}
