/**
 * Whether a process can do what its roles ask, and what is wrong where something is. What cannot be done for a while is
 * named, and is no reason to send nobody there any more: an API goes on reading while the event store takes no appends.
 */
import type { Role } from '../../platform/config.ts'
import type { ProjectionStatus } from '../../projections/view-status.ts'
import type { Services } from '../services.ts'
import { inTime } from './in-time.ts'

export interface Problem {
  readonly part: 'EVENT_STORE' | 'VIEWS' | 'JOBS' | 'REACTOR'
  readonly message: string
  /** In the words of what failed, which may name hosts: for those who may see the inside. */
  readonly detail?: string
}

export interface Readiness {
  /** Whether requests, or work, should be sent here: the API can answer, or where it is not run, each role can work. */
  readonly ready: boolean
  readonly roles: readonly Role[]
  /** Of each role of this process, whether it can do its work now. */
  readonly able: { readonly [Name in Role]?: boolean }
  readonly problems: readonly Problem[]
  /** Whether no view set a stream aside; null where it cannot be told. So are the others. */
  readonly complete: boolean | null
  readonly lagMs: number | null
  readonly empty: boolean | null
  readonly views: readonly Pick<ProjectionStatus, 'name' | 'state' | 'ready' | 'lagMs' | 'parked'>[]
  readonly reactors: ReturnType<Services['reactors']>
}

type Parts = Pick<Services, 'store' | 'logHealth' | 'views' | 'roles' | 'reactors' | 'jobs'>

/** Milliseconds behind the log from which a view is worth a word. */
const lateMs = 30_000

const problemsOfViews = (statuses: readonly ProjectionStatus[]): readonly Problem[] => {
  const part = 'VIEWS'
  return statuses.flatMap(({ name, state, ready, lagMs, parked, error }): readonly Problem[] => [
    ...(ready ? [] : [{ part, message: `The view ${name} is still being built.` } as const]),
    ...(state === 'failing'
      ? [
          {
            part,
            message: `The view ${name} is failing, and is tried again. Readers see it as it was.`,
            ...(error === null ? {} : { detail: error }),
          } as const,
        ]
      : []),
    ...(ready && lagMs > lateMs
      ? [{ part, message: `The view ${name} is ${Math.round(lagMs / 1_000)} s behind the log.` } as const]
      : []),
    ...(parked === 0
      ? []
      : [
          {
            part,
            message: `The view ${name} set ${parked} streams aside: its answers are not complete. npm run doctor names them.`,
          } as const,
        ]),
  ])
}

const problemsOfLog = (engine: string, trouble: string | null, isReadable: boolean): readonly Problem[] => [
  ...(trouble === null
    ? []
    : [
        {
          part: 'EVENT_STORE',
          message: `The event store (${engine}) takes no appends now: commands answer UNAVAILABLE until it does, and what is read goes on.`,
          detail: trouble,
        } as const,
      ]),
  ...(isReadable
    ? []
    : [
        {
          part: 'EVENT_STORE',
          message: `The log (${engine}) cannot be read now: views stay as they are until it can.`,
        } as const,
      ]),
]

/** Never rejects, and answers within seconds whatever hangs. */
export const readinessOf = async (parts: Parts): Promise<Readiness> => {
  const { store, logHealth, views, roles, reactors, jobs } = parts
  const usesJobs = roles.includes('worker') || roles.includes('api')
  const [head, statuses, figures] = await Promise.all([
    inTime(store.head()),
    inTime(views.status()),
    usesJobs ? inTime(jobs.figures()) : [],
  ])
  const trouble = logHealth.trouble()
  const isReadable = head !== undefined
  const abilities = {
    api: views.isReady,
    projector: views.isReady && isReadable,
    worker: views.isReady && isReadable && trouble === null && figures !== undefined,
  }
  const able = Object.fromEntries(roles.map((role) => [role, abilities[role]]))
  const failing = reactors().filter(({ failures }) => failures > 0)
  return {
    ready: roles.includes('api') ? abilities.api : roles.every((role) => abilities[role]),
    roles,
    able,
    problems: [
      ...problemsOfLog(logHealth.engine, trouble, isReadable),
      ...(statuses === undefined
        ? [{ part: 'VIEWS', message: 'How far the views are cannot be told now.' } as const]
        : problemsOfViews(statuses)),
      ...(figures === undefined
        ? [
            {
              part: 'JOBS',
              message: 'What keeps the jobs does not answer: they wait until it does.',
            } as const,
          ]
        : []),
      ...failing.map(
        ({ name, failures }) =>
          ({ part: 'REACTOR', message: `${name} failed ${failures} times, and tries again.` }) as const,
      ),
    ],
    complete: statuses === undefined ? null : statuses.every(({ parked }) => parked === 0),
    lagMs: statuses === undefined ? null : Math.max(0, ...statuses.map(({ lagMs }) => lagMs)),
    empty: isReadable ? head === null : null,
    views: (statuses ?? []).map(({ name, state, ready, lagMs, parked }) => ({
      name,
      state,
      ready,
      lagMs,
      parked,
    })),
    reactors: reactors(),
  }
}

/** For those who may not see the inside. */
export const withoutDetails = (readiness: Readiness): Readiness => ({
  ...readiness,
  problems: readiness.problems.map(({ part, message }) => ({ part, message })),
})
