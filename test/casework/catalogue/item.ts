/** An item that may be published as it is. */
import type { CatalogueContext } from '#protocol/casework/catalogue/item-check.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'

export const CONTEXT: CatalogueContext = {
  hasDepartment: (code) => ['MZ', 'ZR', 'GA'].includes(code),
  disclosure: 'seven',
}

export const item = (changes: Partial<Item> = {}): Item =>
  completeItem({
    id: 'A1',
    name: '某项许可',
    itemType: '01',
    department: 'MZ',
    basis: '《某法》第一条',
    procedure: '申请—受理—决定—送达',
    permissions: '县级决定',
    phone: '0816-0000001',
    leaderPhone: '0816-0000002',
    villageMode: 'none',
    result: { name: '许可证', kind: '证照', validity: '长期' },
    materials: [completeMaterial({ id: 'form', name: '申请表', basis: '《某法》第二条' })],
    promised: { days: 10, unit: 'working', note: '' },
    statutory: { days: 20, unit: 'working', note: '' },
    ...changes,
  })
