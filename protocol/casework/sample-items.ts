/** Ten sample items of village, township and county matters; marked as samples so that nobody takes them for law. */
import type { FormField, Item, MaterialRule, Tier } from './directory.ts'

const field = (id: string, label: string, type: FormField['type'] = 'text', required = true): FormField => ({
  id,
  label,
  required,
  type,
})

const material = (
  id: string,
  name: string,
  form: MaterialRule['form'] = 'copy',
  copies = form === 'original' ? 0 : 1,
  required = true,
): MaterialRule => ({ id, name, required, form, copies })

const ADDRESS = field('address', '住址')
const HOUSEHOLD = field('household', '户籍所在村(社区)')
const BANK_ACCOUNT = field('bankAccount', '本人银行账号', 'account')
const REASON = field('reason', '申请理由', 'longText')
const IDENTITY_CARD = material('identityCard', '居民身份证', 'both')
const HOUSEHOLD_REGISTER = material('householdRegister', '户口簿', 'both')
const PHOTO = material('photo', '近期免冠两寸照片', 'original', 0)
const APPLICATION_FORM = material('applicationForm', '申请表', 'original')

const EVERYWHERE: readonly Tier[] = ['village', 'township', 'county']
const WINDOWS: readonly Tier[] = ['township', 'county']

type Sample = Omit<Item, 'type' | 'version' | 'fee' | 'sample'>

const SAMPLES: readonly Sample[] = [
  {
    id: 'SL0001',
    name: '城乡居民基本医疗保险参保登记',
    pinyin: 'chengxiangjuminjibenyiliaobaoxiancanbaodengji cxjmjbylbxcbdj',
    department: '医疗保障局',
    basis: '《中华人民共和国社会保险法》第二十四条、第二十五条',
    tiers: EVERYWHERE,
    fields: [HOUSEHOLD, ADDRESS, field('insuredCategory', '参保人员类别'), field('startDate', '参保日期', 'date')],
    materials: [IDENTITY_CARD, HOUSEHOLD_REGISTER],
    promisedWorkingDays: 1,
    statutoryWorkingDays: 5,
  },
  {
    id: 'SL0002',
    name: '高龄津贴申请',
    pinyin: 'gaolingjintieshenqing gljtsq',
    department: '民政局',
    basis: '《中华人民共和国老年人权益保障法》第三十三条',
    tiers: EVERYWHERE,
    fields: [HOUSEHOLD, ADDRESS, field('birthDate', '出生日期', 'date'), BANK_ACCOUNT],
    materials: [IDENTITY_CARD, HOUSEHOLD_REGISTER, PHOTO, material('bankCard', '银行卡或存折')],
    promisedWorkingDays: 10,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0003',
    name: '最低生活保障申请',
    pinyin: 'zuidishenghuobaozhangshenqing zdshbzsq',
    department: '民政局',
    basis: '《社会救助暂行办法》第十一条、《最低生活保障审核确认办法》',
    tiers: EVERYWHERE,
    fields: [
      HOUSEHOLD,
      ADDRESS,
      field('familyMembers', '共同生活家庭成员人数', 'number'),
      field('monthlyIncome', '家庭人均月收入(元)', 'number'),
      BANK_ACCOUNT,
      REASON,
    ],
    materials: [
      APPLICATION_FORM,
      IDENTITY_CARD,
      HOUSEHOLD_REGISTER,
      material('assetAuthorisation', '家庭经济状况核对授权书', 'original'),
      material('diagnosis', '疾病诊断证明或残疾人证', 'copy', 1, false),
    ],
    promisedWorkingDays: 20,
    statutoryWorkingDays: 30,
  },
  {
    id: 'SL0004',
    name: '临时救助申请',
    pinyin: 'linshijiuzhushenqing lsjzsq',
    department: '民政局',
    basis: '《社会救助暂行办法》第四十七条、第四十八条',
    tiers: EVERYWHERE,
    fields: [HOUSEHOLD, ADDRESS, field('event', '遭遇的困难', 'longText'), BANK_ACCOUNT],
    materials: [APPLICATION_FORM, IDENTITY_CARD, material('eventProof', '遭遇困难的相关材料', 'copy', 1, false)],
    promisedWorkingDays: 7,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0005',
    name: '残疾人证申领',
    pinyin: 'canjirenzhengshenling cjrzsl',
    department: '残疾人联合会',
    basis: '《中华人民共和国残疾人证管理办法》',
    tiers: EVERYWHERE,
    fields: [HOUSEHOLD, ADDRESS, field('disability', '残疾类别'), field('guardian', '监护人姓名', 'text', false)],
    materials: [IDENTITY_CARD, HOUSEHOLD_REGISTER, PHOTO, material('diagnosis', '病历或诊断材料', 'copy', 1, false)],
    promisedWorkingDays: 15,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0006',
    name: '生育登记',
    pinyin: 'shengyudengji sydj',
    department: '卫生健康局',
    basis: '《中华人民共和国人口与计划生育法》第十八条',
    tiers: EVERYWHERE,
    fields: [
      HOUSEHOLD,
      ADDRESS,
      field('partner', '配偶姓名', 'text', false),
      field('partnerIdNumber', '配偶证件号码', 'idNumber', false),
      field('expectedDate', '预产期或出生日期', 'date'),
    ],
    materials: [IDENTITY_CARD, material('marriageCertificate', '结婚证', 'both', 1, false)],
    promisedWorkingDays: 1,
    statutoryWorkingDays: 5,
  },
  {
    id: 'SL0007',
    name: '农村宅基地用地审批',
    pinyin: 'nongcunzhaijidiyongdishenpi nczjdydsp',
    department: '乡镇人民政府',
    basis: '《中华人民共和国土地管理法》第六十二条',
    tiers: ['village', 'township'],
    fields: [
      HOUSEHOLD,
      field('location', '申请宅基地位置'),
      field('area', '申请面积(平方米)', 'number'),
      field('familyMembers', '家庭人口', 'number'),
      REASON,
    ],
    materials: [
      APPLICATION_FORM,
      IDENTITY_CARD,
      HOUSEHOLD_REGISTER,
      material('promise', '使用承诺书', 'original'),
      material('villageResolution', '村民小组会议记录或公示材料', 'original'),
    ],
    promisedWorkingDays: 15,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0008',
    name: '林木采伐许可',
    pinyin: 'linmucaifaxuke lmcfxk',
    department: '林业局',
    basis: '《中华人民共和国森林法》第五十六条、第五十七条',
    tiers: EVERYWHERE,
    fields: [
      field('location', '采伐地点'),
      field('species', '采伐树种'),
      field('volume', '采伐蓄积(立方米)', 'number'),
      field('renewal', '更新措施', 'longText'),
    ],
    materials: [APPLICATION_FORM, IDENTITY_CARD, material('forestRight', '林权证明', 'both')],
    promisedWorkingDays: 10,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0009',
    name: '食品小作坊登记',
    pinyin: 'shipinxiaozuofangdengji spxzfdj',
    department: '市场监督管理局',
    basis: '《中华人民共和国食品安全法》第三十六条',
    tiers: WINDOWS,
    fields: [
      field('businessName', '作坊名称'),
      field('premises', '生产加工地址'),
      field('products', '食品品种', 'longText'),
      field('workers', '从业人数', 'number'),
    ],
    materials: [
      APPLICATION_FORM,
      IDENTITY_CARD,
      material('healthCertificates', '从业人员健康证明'),
      material('layout', '生产加工场所平面图', 'original'),
    ],
    promisedWorkingDays: 7,
    statutoryWorkingDays: 20,
  },
  {
    id: 'SL0010',
    name: '公共场所卫生许可',
    pinyin: 'gonggongchangsuoweishengxuke ggcswsxk',
    department: '卫生健康局',
    basis: '《公共场所卫生管理条例》第四条',
    tiers: WINDOWS,
    fields: [
      field('businessName', '单位名称'),
      field('premises', '经营地址'),
      field('category', '公共场所类别'),
      field('representative', '负责人姓名'),
      field('contact', '负责人电话', 'phone'),
    ],
    materials: [
      APPLICATION_FORM,
      material('representativeIdentity', '负责人身份证明', 'both'),
      material('layout', '场所地址方位示意图、平面图和卫生设施平面布局图', 'original'),
      material('testReport', '卫生检测或评价报告', 'original'),
      material('hygieneRules', '卫生管理制度', 'copy'),
    ],
    promisedWorkingDays: 10,
    statutoryWorkingDays: 20,
  },
]

/** The sample catalogue. Limits in working days and bases are illustrative. */
export const SAMPLE_ITEMS: readonly Item[] = SAMPLES.map((sample) => ({
  type: 'item',
  version: 1,
  fee: '不收费',
  sample: true,
  ...sample,
}))
