/** Whether a segment's rule picks a member: one pure function, at a sale as everywhere else. */
import { unreachable } from './decider.ts'
import { type MemberStage, type SegmentRule, stages } from './events/shapes.ts'

/** What rules look at, of one membership. */
export interface MembershipFacts {
  readonly membershipId: string | null
  /** Declared categories and all that are above them, so that a rule for a family holds for what is below it. */
  readonly interests: ReadonlySet<string>
  readonly stage: MemberStage | null
  readonly tags: ReadonlySet<string>
  readonly joinedAt: string | null
  /** False for who left or never joined: those are in no segment. */
  readonly active: boolean
}

/** Levels of rules in rules, and rules in all, that one segment may have. */
const ruleLimits = { levels: 5, rules: 200 } as const

/** Whether a stage is reached, in the order of stages. */
export const isAtLeast = (stage: MemberStage, wanted: MemberStage): boolean =>
  stages.indexOf(stage) >= stages.indexOf(wanted)

const matches = (rule: SegmentRule, facts: MembershipFacts): boolean => {
  switch (rule.kind) {
    case 'ALL':
      return rule.of.every((part) => matches(part, facts))
    case 'ANY':
      return rule.of.some((part) => matches(part, facts))
    case 'NOT':
      return !matches(rule.of, facts)
    case 'INTEREST':
      return facts.interests.has(rule.category)
    case 'STAGE':
      return facts.stage !== null && isAtLeast(facts.stage, rule.atLeast)
    case 'TAG':
      return facts.tags.has(rule.tag)
    case 'JOINED': {
      const { joinedAt } = facts
      if (joinedAt === null) return false
      return (rule.from === null || joinedAt >= rule.from) && (rule.before === null || joinedAt < rule.before)
    }
    default:
      return unreachable(rule)
  }
}

/** Whether the rule picks the member whose facts these are. */
export const holds = (rule: SegmentRule, facts: MembershipFacts): boolean =>
  facts.active && matches(rule, facts)

const partsOf = (rule: SegmentRule): readonly SegmentRule[] => {
  switch (rule.kind) {
    case 'ALL':
    case 'ANY':
      return rule.of
    case 'NOT':
      return [rule.of]
    default:
      return []
  }
}

/** Why a rule cannot be taken, or null. Looks no deeper and no wider than the limits, whatever it is given. */
export const ruleProblem = (rule: SegmentRule): string | null => {
  let level: readonly SegmentRule[] = [rule]
  let rules = 0
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > ruleLimits.levels) return `Rules stand in rules at most ${ruleLimits.levels} levels deep.`
    rules += level.length
    if (rules > ruleLimits.rules) return `A segment has at most ${ruleLimits.rules} rules.`
    for (const part of level) {
      if (part.kind === 'JOINED' && part.from !== null && part.before !== null && part.from >= part.before)
        return 'A rule on joining needs `from` to be earlier than `before`.'
    }
    level = level.flatMap(partsOf)
  }
  return null
}
