/** Message bytes: lib0 encoding, one tag byte, strict reading with every count bounded. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import {
  type DocumentId,
  fromHex,
  isDocumentId,
  isStreamId,
  type LogKey,
  type NodeId,
  type StreamId,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { readLog as readLogBytes, writeLog } from '#protocol/log/log-bytes.ts'
import {
  type Height,
  type LogPosition,
  type Message,
  type NodeLevel,
  type NodeReport,
  RECEIPT_OUTCOMES,
  type Receipt,
  type Rung,
} from './messages.ts'
import { REFUSAL_CODES } from './refusals.ts'

type Encoder = encoding.Encoder
type Decoder = decoding.Decoder

const NODE_BYTES = 16
const NONCE_BYTES = 16
const DIGEST_BYTES = 16
const SIGNATURE_BYTES = 64
/** Enough of a hash to notice a fork; chains and signatures do the proving. */
export const POSITION_HASH_BYTES = 8

/** Thrown inside this file only; {@link decodeMessage} turns it into undefined. */
class Malformed extends Error {}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Malformed(what)
}

const writeNode = (to: Encoder, node: NodeId) => encoding.writeUint8Array(to, fromHex(node) as Uint8Array)
const readNode = (from: Decoder) => toHex(decoding.readUint8Array(from, NODE_BYTES)) as NodeId

function readLog(from: Decoder): LogKey {
  const log = readLogBytes(from)
  check(log !== undefined, 'log')
  return log
}

function readStream(from: Decoder): StreamId {
  const stream = decoding.readVarString(from)
  check(isStreamId(stream), 'stream')
  return stream
}

function writeOptional(to: Encoder, value: number | null): void {
  encoding.writeUint8(to, value === null ? 0 : 1)
  if (value !== null) encoding.writeVarInt(to, value)
}

const readOptional = (from: Decoder): number | null =>
  decoding.readUint8(from) === 0 ? null : decoding.readVarInt(from)

function writeList<Value>(to: Encoder, values: readonly Value[], write: (to: Encoder, value: Value) => void): void {
  encoding.writeVarUint(to, values.length)
  for (const value of values) write(to, value)
}

function readList<Value>(from: Decoder, maximum: number, read: (from: Decoder) => Value): Value[] {
  const count = decoding.readVarUint(from)
  check(count <= maximum, 'list too long')
  const values: Value[] = []
  for (let index = 0; index < count; index++) values.push(read(from))
  return values
}

const writeHeight = (to: Encoder, { log, height }: Height) => {
  writeLog(to, log)
  encoding.writeVarUint(to, height)
}
const readHeight = (from: Decoder): Height => ({ log: readLog(from), height: decoding.readVarUint(from) })

const writePosition = (to: Encoder, position: LogPosition) => {
  writeHeight(to, position)
  encoding.writeUint8Array(to, position.hash.subarray(0, POSITION_HASH_BYTES))
  encoding.writeVarUint(to, position.root)
}
const readPosition = (from: Decoder): LogPosition => ({
  ...readHeight(from),
  hash: decoding.readUint8Array(from, POSITION_HASH_BYTES),
  root: decoding.readVarUint(from),
})

const writeRung = (to: Encoder, rung: Rung) => {
  encoding.writeVarUint(to, rung.height)
  encoding.writeUint8Array(to, rung.hash.subarray(0, POSITION_HASH_BYTES))
}
const readRung = (from: Decoder) => ({
  height: decoding.readVarUint(from),
  hash: decoding.readUint8Array(from, POSITION_HASH_BYTES),
})

const writeReceipt = (to: Encoder, receipt: Receipt) => {
  writeLog(to, receipt.log)
  encoding.writeVarUint(to, receipt.seq)
  encoding.writeVarString(to, receipt.document)
  encoding.writeUint8(to, RECEIPT_OUTCOMES.indexOf(receipt.outcome))
  encoding.writeVarString(to, receipt.reason)
}
function readReceipt(from: Decoder): Receipt {
  const log = readLog(from)
  const seq = decoding.readVarUint(from)
  const document = decoding.readVarString(from)
  check(isDocumentId(document), 'document')
  const outcome = RECEIPT_OUTCOMES[decoding.readUint8(from)]
  check(outcome !== undefined, 'outcome')
  return { log, seq, document: document as DocumentId, outcome, reason: decoding.readVarString(from) }
}

const writeReport = (to: Encoder, report: NodeReport) => {
  writeNode(to, report.node)
  encoding.writeVarUint(to, report.age)
  encoding.writeUint8(to, report.connected ? 1 : 0)
  encoding.writeVarUint(to, report.unsentEntries)
  encoding.writeVarUint(to, report.unsentCases)
  encoding.writeVarString(to, report.version)
  writeOptional(to, report.clockOffset)
}
function readVersion(from: Decoder): string {
  const version = decoding.readVarString(from)
  check(version.length <= LIMITS.versionCharacters, 'version too long')
  return version
}
const readReport = (from: Decoder): NodeReport => ({
  node: readNode(from),
  age: decoding.readVarUint(from),
  connected: decoding.readUint8(from) === 1,
  unsentEntries: decoding.readVarUint(from),
  unsentCases: decoding.readVarUint(from),
  version: readVersion(from),
  clockOffset: readOptional(from),
})

const writeLevel = (to: Encoder, { node, level }: NodeLevel) => {
  writeNode(to, node)
  encoding.writeVarUint(to, level)
}
const readLevel = (from: Decoder): NodeLevel => ({ node: readNode(from), level: decoding.readVarUint(from) })

type Codec<Of extends Message> = {
  readonly write: (to: Encoder, message: Of) => void
  readonly read: (from: Decoder) => Omit<Of, 'type'>
}
type CodecTable = { readonly [Type in Message['type']]: Codec<Extract<Message, { type: Type }>> }

/** Order is the tag on the wire: append only. */
const CODECS: CodecTable = {
  hello: {
    write: (to, { versions, node, incarnation, nonce, rootTime }) => {
      encoding.writeVarUint(to, versions[0])
      encoding.writeVarUint(to, versions[1])
      writeNode(to, node)
      encoding.writeVarUint(to, incarnation)
      encoding.writeUint8Array(to, nonce)
      writeOptional(to, rootTime)
    },
    read: (from) => ({
      versions: [decoding.readVarUint(from), decoding.readVarUint(from)],
      node: readNode(from),
      incarnation: decoding.readVarUint(from),
      nonce: decoding.readUint8Array(from, NONCE_BYTES),
      rootTime: readOptional(from),
    }),
  },
  proof: {
    write: (to, { signature, digest }) => {
      encoding.writeUint8Array(to, signature)
      encoding.writeUint8Array(to, digest)
    },
    read: (from) => ({
      signature: decoding.readUint8Array(from, SIGNATURE_BYTES),
      digest: decoding.readUint8Array(from, DIGEST_BYTES),
    }),
  },
  frontier: {
    write: (to, { streams, logs }) => {
      writeList(to, streams, encoding.writeVarString)
      writeList(to, logs, writePosition)
    },
    read: (from) => {
      const streams = readList(from, LIMITS.frontierLogs, readStream)
      const logs = readList(from, LIMITS.frontierLogs, readPosition)
      check(new Set(logs.map(({ log }) => log)).size === logs.length, 'a log named twice')
      return { streams, logs }
    },
  },
  entries: {
    write: (to, { packed }) => encoding.writeUint8Array(to, packed),
    read: (from) => ({ packed: decoding.readTailAsUint8Array(from) }),
  },
  stored: {
    write: (to, { frames, heights }) => {
      encoding.writeVarUint(to, frames)
      writeList(to, heights, writeHeight)
    },
    read: (from) => ({
      frames: decoding.readVarUint(from),
      heights: readList(from, LIMITS.frontierLogs, readHeight),
    }),
  },
  'at-root': {
    write: (to, { heights }) => writeList(to, heights, writeHeight),
    read: (from) => ({ heights: readList(from, LIMITS.frontierLogs, readHeight) }),
  },
  receipts: {
    write: (to, { receipts }) => writeList(to, receipts, writeReceipt),
    read: (from) => ({ receipts: readList(from, LIMITS.frontierLogs, readReceipt) }),
  },
  fork: {
    write: (to, { log, ladder, proof }) => {
      writeLog(to, log)
      writeList(to, ladder, writeRung)
      encoding.writeVarUint8Array(to, proof)
    },
    read: (from) => ({
      log: readLog(from),
      ladder: readList(from, LIMITS.forkRungs, readRung),
      proof: decoding.readVarUint8Array(from),
    }),
  },
  status: {
    write: (to, { nodes }) => writeList(to, nodes, writeReport),
    read: (from) => ({ nodes: readList(from, LIMITS.links, readReport) }),
  },
  beat: {
    write: (to, { rootTime }) => writeOptional(to, rootTime),
    read: (from) => ({ rootTime: readOptional(from) }),
  },
  busy: {
    write: (to, { retryAfterSeconds }) => encoding.writeVarUint(to, retryAfterSeconds),
    read: (from) => ({ retryAfterSeconds: decoding.readVarUint(from) }),
  },
  refuse: {
    write: (to, { code, detail }) => {
      encoding.writeVarUint(to, REFUSAL_CODES.indexOf(code))
      encoding.writeVarString(to, detail)
    },
    read: (from) => {
      const code = REFUSAL_CODES[decoding.readVarUint(from)]
      check(code !== undefined, 'refusal code')
      return { code, detail: decoding.readVarString(from) }
    },
  },
  rungs: {
    write: (to, { log, above, below }) => {
      writeHeight(to, { log, height: above })
      encoding.writeVarUint(to, below)
    },
    read: (from) => {
      const { log, height } = readHeight(from)
      return { log, above: height, below: decoding.readVarUint(from) }
    },
  },
  levels: {
    write: (to, { nodes }) => writeList(to, nodes, writeLevel),
    read: (from) => ({ nodes: readList(from, LIMITS.links, readLevel) }),
  },
}

/** Every type of message, in the order of its tag. */
export const MESSAGE_TYPES = Object.keys(CODECS) as Message['type'][]

/** The frame of a message. */
export function encodeMessage(message: Message): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeUint8(encoder, MESSAGE_TYPES.indexOf(message.type))
  const codec = CODECS[message.type] as Codec<Message>
  codec.write(encoder, message)
  return encoding.toUint8Array(encoder)
}

/** The message of a frame; undefined when anything about it is malformed. */
export function decodeMessage(frame: Uint8Array): Message | undefined {
  try {
    const decoder = decoding.createDecoder(frame)
    const type = MESSAGE_TYPES[decoding.readUint8(decoder)]
    if (type === undefined) return undefined
    const message = { type, ...(CODECS[type] as Codec<Message>).read(decoder) } as Message
    return decoding.hasContent(decoder) ? undefined : message
  } catch {
    return undefined // truncated (lib0) or out of bounds (Malformed): the session answers with a typed refusal
  }
}
