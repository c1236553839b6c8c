/** Kills programs at work: npm run kill-test -- --kills 500 --seed 7. The last line is JSON. */
import { parseArgs } from 'node:util'
import { buildPrograms } from '#edge-node/build.ts'
import { killMachines } from '#test/end-to-end/machine.ts'
import { killTest } from './kill.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
})
const kills = Number(values.kills)
if (!Number.isSafeInteger(kills) || kills < 2) throw new Error(`--kills ${values.kills}: a number from 2`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => killMachines().then(() => process.exit(1)))
await buildPrograms(['hub', 'edge-node'])
const outcome = await killTest(kills, values.seed, (text) => console.log(text))
const { missing, different, repeated, rotated, unbalanced, findings, extra, ...figures } = outcome
for (const list of [missing, different, repeated, unbalanced, findings])
  for (const text of list.slice(0, 20)) console.log(text)
const wrong = {
  missing: missing.length,
  different: different.length,
  repeated: repeated.length,
  unbalanced: unbalanced.length,
  findings: findings.length,
  unexplained: Math.max(0, extra - outcome.perhapsOpened),
}
// A machine that came back with much to send goes on in a new log (S128); one that was put back would be among the findings.
console.log(JSON.stringify({ ...figures, rotated: rotated.length, ...wrong }))
process.exitCode = Object.values(wrong).some((count) => count > 0) ? 1 : 0
