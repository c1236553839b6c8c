/** Ports of the model county: the preferred ones, or the next that are free, remembered because nodes know each other by them. */
import { createServer } from 'node:net'
import * as z from 'zod'
import { readIfThere, writeDurably } from '#edge-node/durable-file.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const FIRST_PORT = 8080
const LAST_PORT = 8179
const Ports = z.record(z.string(), z.int())
export type Ports = Readonly<Record<string, number>>

/** The ports of the named programs, chosen once and then kept in a file. */
export async function choosePorts(file: string, names: readonly string[]): Promise<Result<Ports>> {
  const text = readIfThere(file)
  if (text !== undefined) return keptPorts(file, text)
  const ports: Record<string, number> = {}
  let next = FIRST_PORT
  for (const name of names) {
    while (next <= LAST_PORT && !(await isFree(next))) next++
    if (next > LAST_PORT)
      return fail('no-port', `端口 ${FIRST_PORT} 到 ${LAST_PORT} 都被占用`, '没有改动', '请关闭占用端口的程序后重试')
    ports[name] = next++
  }
  writeDurably(file, JSON.stringify(ports))
  return success(ports)
}

async function keptPorts(file: string, text: string): Promise<Result<Ports>> {
  const kept = Ports.parse(JSON.parse(text))
  for (const port of Object.values(kept))
    if (!(await isFree(port)))
      return fail(
        'port-taken',
        `端口 ${port} 已被占用(可能示例县已在运行)`,
        '示例数据没有改动',
        `请关闭占用端口的程序后重试;端口记在 ${file}`,
      )
  return success(kept)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
