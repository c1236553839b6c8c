/** A real connection over a line that fails when a test says so: answers get lost, nothing is read. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { Statements } from '#protocol/storage/sql/statements.ts'

/** What fails at the moment. */
export interface Line {
  /** What becomes of the next commit: durable and not answered, or answered with a failure and not done. */
  next: 'answered' | 'lost' | 'refused'
  /** Whether reads fail from the next failing commit on, once. */
  thenMute: boolean
  /** Whether reads fail. */
  isMute: boolean
}

export const goodLine = (): Line => ({ next: 'answered', thenMute: false, isMute: false })

const failed = () => new StorageFailure('other', '数据库读写失败')

/** The connection over the line. */
export const overLine = (statements: Statements, line: Line): Statements => ({
  parameters: statements.parameters,
  async read(statement) {
    if (line.isMute) throw failed()
    return statements.read(statement)
  },
  async commit(list) {
    const fate = line.next
    line.next = 'answered'
    if (fate !== 'refused') await statements.commit(list)
    if (fate === 'answered') return
    if (line.thenMute) line.isMute = true
    line.thenMute = false
    throw failed()
  },
  close: () => statements.close(),
})
