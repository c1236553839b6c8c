/** The rooms of the engine: each is a folder or a file, and imports point down the list. */
import { expect, test } from 'vitest'
import { importsOf, sources } from './tree.ts'

/** From the ground up; a file stands in the first room whose name its path begins with. */
const ROOMS = [
  'ports/',
  'directory/',
  'audit.ts',
  'clock-reckoning.ts',
  'clock-doubt.ts',
  'section-view.ts',
  'day-records.ts',
  'office.ts',
  'logs/',
  'cases/',
  'clock.ts',
  'locals.ts',
  'kept-findings.ts',
  'news.ts',
  'neighbours.ts',
  'core.ts',
  'register.ts',
  'writing/',
  'carrying/',
  'refold/',
  'office/',
  'links/',
  'engine.ts',
  'open.ts',
] as const

const ENGINE = 'protocol/engine/'
const roomOf = (path: string) => ROOMS.findIndex((room) => path.startsWith(`${ENGINE}${room}`))

test('H61 the rooms of the engine import only what stands below them', () => {
  const engine = sources('.ts').filter(({ path }) => path.startsWith(ENGINE))
  expect(engine.filter(({ path }) => roomOf(path) === -1).map(({ path }) => path)).toEqual([])
  const upward = engine.flatMap((source) =>
    importsOf(source)
      .filter((target) => target.startsWith(ENGINE) && roomOf(target) > roomOf(source.path))
      .map((target) => `${source.path} → ${target}`),
  )
  expect(upward).toEqual([])
})
