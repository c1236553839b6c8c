/** Writes syllables.ts from pinyin-pro; part of the npm script `syllables`. */
import { writeFileSync } from 'node:fs'
import { pinyin } from 'pinyin-pro'

/** The unified ideographs of GB 2312 and GBK; rarer characters of names are found by the character itself. */
const FIRST = 0x4e00
const LAST = 0x9fa5
/** Syllables on one line of the file. */
const PER_LINE = 10

/** Every syllable without tone (ü as v), followed by the characters read so, sorted. */
export function readSyllables(): string[] {
  const syllables = new Map<string, string>()
  for (let code = FIRST; code <= LAST; code++) {
    const character = String.fromCodePoint(code)
    const syllable = pinyin(character, { toneType: 'none', v: true })
    if (/^[a-z]+$/.test(syllable)) syllables.set(syllable, (syllables.get(syllable) ?? '') + character)
  }
  return [...syllables].map(([syllable, characters]) => syllable + characters).sort()
}

function writeSyllables(): void {
  const syllables = readSyllables()
  const lines: string[] = []
  for (let start = 0; start < syllables.length; start += PER_LINE) {
    lines.push(`  '${syllables.slice(start, start + PER_LINE).join(' ')}',`)
  }
  const text = [
    '/** Syllables without tone, each followed by the characters read so; written by `npm run syllables`. */',
    'export const SYLLABLES: readonly string[] = [',
    ...lines,
    ']',
    '',
  ]
  writeFileSync(new URL('./syllables.ts', import.meta.url), text.join('\n'))
}

if (import.meta.main) writeSyllables()
