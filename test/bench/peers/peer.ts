/** What every peer is asked, and what they have in common: the cases they are given and how a server counts its bytes. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { readPayload } from '../databases.ts'
import { ENTRIES_PER_CASE } from '../workload.ts'

/** Where a server of a peer keeps its files, and where its packages lie. */
export interface PeerServing {
  readonly packages: string
  readonly folder: string
}

/** What clients of a peer write offline: the cases of a payload, shared out among them. */
export interface PeerWriting {
  readonly packages: string
  readonly folder: string
  readonly payload: string
  readonly clients: number
}

/** An empty client of a peer takes everything down. */
export interface PeerReading {
  readonly packages: string
  readonly folder: string
  readonly port: number
  readonly cases: number
}

export interface PeerTimes {
  readonly milliseconds: number
  /** Entries that are at the client afterwards. */
  readonly entries: number
}

/** A package of a peer; its types are those the peer's program writes down of it. */
export const loadPackage = <Package>(packages: string, name: string): Package =>
  createRequire(join(packages, 'package.json'))(name) as Package

/** The entries of each case of a payload, as the floor gets them. */
export async function casesOf(payload: string): Promise<readonly (readonly Buffer[])[]> {
  const records = readPayload(await readFile(payload))
  const starts = Array.from({ length: records.length / ENTRIES_PER_CASE }, (_, place) => place * ENTRIES_PER_CASE)
  return starts.map((start) => records.slice(start, start + ENTRIES_PER_CASE))
}

/** A document's name, or the beginning of it: documents lie in the order in which their cases were written. */
export const nameOfCase = (place: number): string => `case-${String(place).padStart(6, '0')}`

/** Counts all bytes of a server's sockets, those of ended ones too. */
export function countBytes(server: Server): () => number {
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  return () => sockets.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0)
}
