/** The first message of TLS as a client sends it, read as far as it tells what OpenSSL would do with it. */
import { LIMITS } from '#protocol/limits.ts'

/** Groups in which keys are agreed on, all that OpenSSL takes by itself; whichever of them a client offers a key of is taken. */
const GROUPS: Readonly<Record<string, number>> = {
  X25519MLKEM768: 0x11ec,
  SecP256r1MLKEM768: 0x11eb,
  SecP384r1MLKEM1024: 0x11ed,
  X25519: 0x1d,
  'P-256': 0x17,
  X448: 0x1e,
  'P-384': 0x18,
  'P-521': 0x19,
  ffdhe2048: 0x100,
  ffdhe3072: 0x101,
}

/** The same for the server: of one rank, so that it asks nobody for a key of a better one. */
export const KEY_GROUPS = Object.keys(GROUPS).join(':')

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const RECORD_HEAD = 5
const MESSAGE_HEAD = 4
const TLS_1_3 = 0x0304
const SUPPORTED_VERSIONS = 43
const KEY_SHARE = 51

/** The hello in what has come: undefined while it is not whole, null where it is none that is taken. */
export function helloIn(come: Buffer): Buffer | undefined | null {
  let message = Buffer.alloc(0)
  let records = 0
  for (let at = 0; at < come.length; records += 1) {
    if (come[at] !== HANDSHAKE || records === LIMITS.helloRecords) return null
    if (come.length < at + RECORD_HEAD) return undefined
    const length = come.readUInt16BE(at + 3)
    if (length === 0 || length > LIMITS.helloBytes) return null
    const next = at + RECORD_HEAD + length
    message = Buffer.concat([message, come.subarray(at + RECORD_HEAD, next)])
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return null
    const size = message.length < MESSAGE_HEAD ? MESSAGE_HEAD : MESSAGE_HEAD + message.readUIntBE(1, 3)
    const isSized = message.length >= MESSAGE_HEAD
    // A message of nothing would never be whole, and all that comes behind it would be kept.
    if (size > LIMITS.helloBytes || (isSized && size === MESSAGE_HEAD)) return null
    if (isSized && message.length >= size) return message.subarray(0, size)
    at = next
  }
  return undefined
}

const lengthAt = (bytes: Buffer, at: number, size: number): number =>
  at + size <= bytes.length ? bytes.readUIntBE(at, size) : 0

/** What a hello says beside the ciphers, by its number; what is malformed is refused by OpenSSL. */
function extensionsOf(hello: Buffer): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>()
  let at = MESSAGE_HEAD + 2 + 32 // behind version and random: session, ciphers, compression
  for (const size of [1, 2, 1]) at += size + lengthAt(hello, at, size)
  at += 2
  while (at + 4 <= hello.length) {
    const end = at + 4 + hello.readUInt16BE(at + 2)
    extensions.set(hello.readUInt16BE(at), hello.subarray(at + 4, end))
    at = end
  }
  return extensions
}

/** Groups of the keys that are offered. */
function* offeredGroups(shares: Buffer): Generator<number> {
  for (let at = 2; at + 4 <= shares.length; at += 4 + shares.readUInt16BE(at + 2)) yield shares.readUInt16BE(at)
}

/** Whether a client of TLS 1.3 would be asked for a second hello, which nobody could look at before OpenSSL does: it offers no key of our groups. */
export function needsAnother(hello: Buffer): boolean {
  const extensions = extensionsOf(hello)
  const versions = extensions.get(SUPPORTED_VERSIONS) ?? Buffer.alloc(0)
  let isNew = false
  for (let at = 1; at + 2 <= versions.length; at += 2) isNew ||= versions.readUInt16BE(at) === TLS_1_3
  const offered = [...offeredGroups(extensions.get(KEY_SHARE) ?? Buffer.alloc(0))]
  return isNew && !Object.values(GROUPS).some((group) => offered.includes(group))
}
