import { simulate } from './simulate.ts'

const [seed, without, from, to, filter] = process.argv.slice(2)
const names = [
  'hello',
  'proof',
  'frontier',
  'entries',
  'stored',
  'at-root',
  'receipts',
  'fork',
  'status',
  'beat',
  'busy',
  'refuse',
  'rungs',
]
const lines: string[] = []
const out = await simulate(Number(seed), {
  without: (without ?? '').split(','),
  observe: (at, what, frame) => {
    if (at < Number(from) || at > Number(to)) return
    if (filter && !what.includes(filter) && frame.length > 0) return
    lines.push(
      [
        Math.floor(at),
        what,
        names[frame[0] as number] ?? '',
        frame.length,
        frame[0] === 11 ? JSON.stringify(Buffer.from(frame).toString('latin1').slice(2)) : '',
      ].join(' '),
    )
  },
})
console.log(lines.join('\n'))
console.log(out.violations.slice(0, 5).map((v) => v.at + ' ' + v.rule + ' ' + v.detail.slice(0, 300)))
