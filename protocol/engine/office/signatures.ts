/** The signatures of a case's entries, for whoever must prove them outside the network. */
import { type DocumentId, type EntryHash, type LogKey, logParts, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { EntrySignature } from '../office.ts'
import type { PlacedRecord } from '../ports/storage.ts'

/** The entry in a record; of a carried one the entry inside, with its own author and signature. */
function entryIn(core: Core, { bytes, hash, log }: PlacedRecord): Entry | undefined {
  const record = readRecord(bytes)
  const entry = record && readEntry(log, record, hash)
  if (entry?.kind !== KIND.carried) return entry
  return decodeCarried(core.host.cryptography.sha256, entry.payload)
}

function signatureOf(core: Core, log: LogKey, signature: Uint8Array | null): EntrySignature {
  const key = core.directory.keyOf(logParts(log).node)
  return { signature: signature && toHex(signature), publicKey: key ? toHex(key) : null }
}

/** Signature and key by the hash of each entry of a case. */
export async function signaturesOf(core: Core, id: DocumentId): Promise<ReadonlyMap<EntryHash, EntrySignature>> {
  const found = new Map<EntryHash, EntrySignature>()
  for (const record of (await core.storage.recordsOf([id])).get(id) ?? []) {
    const entry = entryIn(core, record)
    if (entry) found.set(toHex(entry.hash) as EntryHash, signatureOf(core, entry.log, entry.signature))
  }
  return found
}
