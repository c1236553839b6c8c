/** One fixed message of every kind: the bytes of these are pinned by the wire fingerprint. A message that keeps its shape keeps its sample; a new message, or a new field, gets one. */
import type { DocumentId, LogKey, NodeId, StreamId } from '#protocol/ids.ts'
import type { Message } from '#protocol/wire/messages.ts'

const node = '0123456789abcdef0123456789abcdef' as NodeId
const log = `${node}/7/510724100201` as LogKey
const countyLog = `${'f'.repeat(32)}/13823/county` as LogKey
const bytes = (length: number, first: number) => Uint8Array.from({ length }, (_, index) => (first + index) % 256)

export const SAMPLES: readonly Message[] = [
  { type: 'hello', versions: [1, 1], node, incarnation: 7, nonce: bytes(16, 1), rootTime: 1_790_000_000_000 },
  { type: 'hello', versions: [1, 3], node, incarnation: 1, nonce: bytes(16, 9), rootTime: null },
  { type: 'proof', signature: bytes(64, 3), digest: bytes(16, 200) },
  {
    type: 'frontier',
    streams: ['county', '510724100201'] as StreamId[],
    logs: [
      { log, height: 300, hash: bytes(8, 5), root: 299 },
      { log: countyLog, height: 1, hash: bytes(8, 6), root: 0 },
    ],
  },
  { type: 'entries', packed: bytes(20, 40) },
  { type: 'stored', frames: 2, heights: [{ log, height: 300 }] },
  { type: 'at-root', heights: [{ log: countyLog, height: 128 }] },
  {
    type: 'receipts',
    receipts: (['set-aside', 'quarantined', 'forked', 'unknown-kind', 'applied'] as const).map((outcome, index) => ({
      log,
      seq: index + 1,
      document: (index === 0 ? 'station/510724' : 'a'.repeat(32)) as DocumentId,
      outcome,
      reason: '该站点无权填写这个栏目。',
    })),
  },
  { type: 'fork', log, ladder: [{ height: 9, hash: bytes(8, 1) }], proof: bytes(12, 90) },
  {
    type: 'status',
    nodes: [
      { node, age: 0, connected: true, unsentEntries: 5, unsentCases: 2, version: '1.0.0', clockOffset: -1200 },
      { node, age: 90, connected: false, unsentEntries: 0, unsentCases: 0, version: '', clockOffset: null },
    ],
  },
  { type: 'beat', rootTime: 1_790_000_000_001 },
  { type: 'beat', rootTime: null },
  { type: 'busy', retryAfterSeconds: 5 },
  { type: 'refuse', code: 'version', detail: '' },
  { type: 'refuse', code: 'stopping', detail: 'x' },
  { type: 'rungs', log, above: 300, below: 20_001 },
  {
    type: 'levels',
    nodes: [
      { node, level: 2 },
      { node: 'f'.repeat(32) as NodeId, level: 300 },
    ],
  },
]
