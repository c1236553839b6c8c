/** What leaves over a connection: counted in bytes, and over TLS encrypted in small parts, as far as they are taken. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** Hardly a record. Beyond 16 KB the buffer of what is encrypted grows to what is given, and stays so while the connection is open. */
const RECORD = 16_000

type Done = (error?: Error | null) => void
type Chunks = Parameters<NonNullable<Writable['_writev']>>[0]

/** Where nothing is said of the encoding its place may hold who is told of the end. */
const bytesOf = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done): Uint8Array =>
  typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : undefined) : chunk

/** So much at a time, each part once the one before is out. */
function* partsOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) for (let at = 0; at < chunk.length; at += RECORD) yield chunk.subarray(at, at + RECORD)
}

/** Node encrypts all it is given at once: an answer that nobody takes is there twice then. */
function writeInRecords(socket: Socket): void {
  const [write, writeTogether] = [socket._write.bind(socket), socket._writev?.bind(socket)]
  const writeAll = (chunks: Iterable<Uint8Array>, done: Done) => {
    const parts = partsOf(chunks)
    const next: Done = (error) => {
      const { value } = error ? { value: undefined } : parts.next()
      if (value) write(value, 'buffer' as BufferEncoding, next)
      else done(error)
    }
    next()
  }
  socket._write = (chunk: string | Uint8Array, encoding, done) => writeAll([bytesOf(chunk, encoding)], done)
  socket._writev = (chunks: Chunks, done: Done) => {
    const all = chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding))
    const isSmall = all.reduce((sum, { length }) => sum + length, 0) <= RECORD
    if (isSmall && writeTogether) writeTogether(chunks, done)
    else writeAll(all, done)
  }
}

/** Node counts what waits of a text in characters, and encrypts at once whatever it is given. */
export function writeInBytes(server: Server, event: 'connection' | 'secureConnection'): void {
  server.on(event, (socket: Socket) => {
    const write = socket.write.bind(socket)
    const inBytes = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) =>
      write(bytesOf(chunk, encoding), encoding as BufferEncoding, done)
    socket.write = inBytes as Socket['write']
    if (event === 'secureConnection') writeInRecords(socket)
  })
}
