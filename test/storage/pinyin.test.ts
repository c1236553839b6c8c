/** The table of syllables says what pinyin-pro says, and surnames are read as surnames. */
import { pinyin } from 'pinyin-pro'
import { expect, test } from 'vitest'
import { readSyllables } from '#protocol/storage/make-syllables.ts'
import { initialsOf, syllablesOf } from '#protocol/storage/pinyin.ts'
import { SYLLABLES } from '#protocol/storage/syllables.ts'

const pinyinOf = (name: string) => ({ full: syllablesOf(name).join(''), initials: initialsOf(syllablesOf(name)) })

test('R1 the table holds every common character under the syllable pinyin-pro gives', () => {
  expect(SYLLABLES.flatMap((line) => line.split(' '))).toEqual(readSyllables())
})

test('R1 names are read as pinyin-pro reads names', () => {
  const surnames = [...'王李张刘陈杨黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏']
  const rare = [...'解单仇查盖区朴员繁折薄能都缪乐郗', '万俟', '尉迟', '澹台', '长孙', '欧阳', '诸葛', '司马']
  for (const surname of [...surnames, ...rare]) {
    const name = `${surname}芳吕`
    const syllables = pinyin(name, { toneType: 'none', v: true, surname: 'head', type: 'array' })
    const initials = syllables.map((syllable) => syllable.slice(0, 1)).join('')
    expect(pinyinOf(name)).toEqual({ full: syllables.join(''), initials })
  }
})

test('R1 a surname of two characters that the library does not know is read as a surname', () => {
  expect(pinyinOf('单于芳')).toEqual({ full: 'chanyufang', initials: 'cyf' })
})

test('R1 whatever is no Chinese has no pinyin', () => {
  expect(pinyinOf('')).toEqual({ full: '', initials: '' })
  expect(pinyinOf('Li Bai 12')).toEqual({ full: '', initials: '' })
  expect(pinyinOf('𠮷娜\u{10ffff}')).toEqual({ full: 'na', initials: 'n' })
})
