/** The trades of a simulated ecosystem: communities, what they are interested in, and brands that supply it. */

/** Families of categories, with what stands below each. */
export const families: Readonly<Record<string, readonly string[]>> = {
  BEAUTY: ['SKINCARE', 'MAKEUP', 'FRAGRANCE', 'HAIRCARE'],
  WELLNESS: ['SUPPLEMENTS', 'TEA', 'SLEEP', 'MASSAGE'],
  BABY: ['DIAPERS', 'TOYS', 'STROLLERS', 'BABY_FOOD'],
  FITNESS: ['ACTIVEWEAR', 'EQUIPMENT', 'PROTEIN', 'CLASSES'],
  JEWELLERY: ['RINGS', 'NECKLACES', 'WATCHES'],
  FOOD: ['FRESH', 'SNACKS', 'BAKERY', 'COFFEE'],
  TRAVEL: ['WEEKENDS', 'LUGGAGE', 'TICKETS'],
  PETS: ['PET_FOOD', 'PET_CARE', 'PET_TOYS'],
}

export const categories: readonly string[] = Object.values(families).flat()

export interface CommunityPlan {
  readonly key: string
  readonly name: string
  readonly zone: string
  readonly currency: 'CNY' | 'EUR' | 'BRL'
  readonly interests: readonly string[]
  /** Part of all members. */
  readonly weight: number
}

export const communityPlans: readonly CommunityPlan[] = [
  {
    key: 'mothers',
    name: 'New Mothers',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    interests: ['BABY', 'WELLNESS', 'FOOD', 'TRAVEL'],
    weight: 34,
  },
  {
    key: 'fitness',
    name: 'Morning Runners',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    interests: ['FITNESS', 'WELLNESS', 'FOOD'],
    weight: 24,
  },
  {
    key: 'beauty',
    name: 'Skin Diaries',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    interests: ['BEAUTY', 'WELLNESS', 'JEWELLERY'],
    weight: 18,
  },
  {
    key: 'pets',
    name: 'Cats and Dogs',
    zone: 'Europe/Berlin',
    currency: 'EUR',
    interests: ['PETS', 'FOOD', 'TRAVEL'],
    weight: 12,
  },
  {
    key: 'wellness',
    name: 'Slow Living',
    zone: 'America/Sao_Paulo',
    currency: 'BRL',
    interests: ['WELLNESS', 'BEAUTY', 'FOOD'],
    weight: 8,
  },
  {
    key: 'jewellery',
    name: 'Handmade Gold',
    zone: 'Europe/Berlin',
    currency: 'EUR',
    interests: ['JEWELLERY', 'BEAUTY', 'TRAVEL'],
    weight: 4,
  },
]

const firsts = [
  'Amber',
  'Birch',
  'Cedar',
  'Dawn',
  'Ember',
  'Fern',
  'Grove',
  'Harbor',
  'Indigo',
  'Juniper',
  'Kiln',
  'Lumen',
  'Maple',
  'Nectar',
  'Olive',
  'Pebble',
  'Quill',
  'River',
  'Sage',
  'Thistle',
]
const seconds = ['and Co', 'House', 'Works', 'Studio', 'Lab', 'Market', 'Garden', 'Supply']

/** A brand's name, told apart by its number. */
export const brandName = (number: number): string => {
  const first = firsts[number % firsts.length] ?? 'Brand'
  const second = seconds[Math.floor(number / firsts.length) % seconds.length] ?? 'House'
  const again = Math.floor(number / (firsts.length * seconds.length))
  return again === 0 ? `${first} ${second}` : `${first} ${second} ${again + 1}`
}

/** `PET_FOOD` as a person would write it. */
export const titleOf = (code: string): string =>
  code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
