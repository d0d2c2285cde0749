/** The settings of a process: flags first, then the environment, then defaults; parsed once, at the edge. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { parseMasterKey } from './master-key.ts'

const roles = ['api', 'projector', 'worker'] as const
/** A part of the program that a process may run: it answers, keeps the views up, or reacts to events. */
export type Role = (typeof roles)[number]

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected a whole number from ${least} to ${most}`)

const roleList = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(roles, `expected some of ${roles.join(', ')}, with commas between them`)))

const settings = z.object({
  /** Absolute path of the folder that holds all that this deployment keeps. */
  dataFolder: z
    .string()
    .min(1, 'expected a folder')
    .transform((path) => resolve(path))
    .default(resolve('data')),
  /** Address that the server listens on. */
  host: z.string().min(1, 'expected an address').default('127.0.0.1'),
  /** Port of the server; 0 takes a free one. */
  port: wholeNumber(0, 65_535).default(4_000),
  /** Which parts of the program this process runs. */
  roles: roleList.default([...roles]),
  /** By how many partitions each view that is built is folded. Alike in all processes of a deployment. */
  partitions: wholeNumber(1, 64).default(1),
  logLevel: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'expected trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  /** How far, in minor units, what was captured may be from a line for the line to count as covered. */
  toleranceMinor: wholeNumber(0, 1_000_000).default(1),
  /** An OIDC provider whose tokens are believed, beside the local issuer: its `iss`, the `aud` they carry, and its keys. */
  oidcIssuer: z.url('expected an address').nullable().default(null),
  oidcAudience: z.string().default('tributary'),
  oidcJwksUrl: z.url('expected an address').nullable().default(null),
  /** Connection string of the EventStoreDB or KurrentDB that has the log; null: a file of the data folder has it. */
  eventStoreUrl: z
    .string()
    .regex(
      /^(?:esdb|kurrentdb)(?:\+discover)?:\/\/\S+$/,
      'expected a connection string such as esdb://user:password@host:2113',
    )
    .nullable()
    .default(null),
  /** The Redis that keeps the jobs; null: a file of the data folder does. */
  redisUrl: z.string().nullable().default(null),
  /** Whether webhooks may lead to addresses that only this network reaches, and without TLS. */
  webhookAllowPrivate: z
    .enum(['true', 'false'], 'expected true or false')
    .transform((text) => text === 'true')
    .default(false),
  /** 32 bytes that wrap the keys of personal data; null, where they are kept in the data folder. */
  masterKey: z
    .string()
    .transform((text, context) => {
      const key = parseMasterKey(text)
      if (!key) context.addIssue('expected 32 bytes as 64 hex digits or as base64')
      return key
    })
    .default(null),
})

export type Config = Readonly<z.output<typeof settings>>
type Setting = keyof Config

/** The environment variable of each setting, and its flag where it has one. Secrets have none: others see flags. */
const sources: Readonly<Record<Setting, { readonly variable: string; readonly flag?: string }>> = {
  dataFolder: { variable: 'TRIBUTARY_DATA_FOLDER', flag: '--data' },
  host: { variable: 'TRIBUTARY_HOST', flag: '--host' },
  port: { variable: 'TRIBUTARY_PORT', flag: '--port' },
  roles: { variable: 'TRIBUTARY_ROLE', flag: '--role' },
  partitions: { variable: 'TRIBUTARY_PARTITIONS' },
  logLevel: { variable: 'TRIBUTARY_LOG_LEVEL', flag: '--log-level' },
  toleranceMinor: { variable: 'TRIBUTARY_TOLERANCE_MINOR' },
  oidcIssuer: { variable: 'TRIBUTARY_OIDC_ISSUER' },
  oidcAudience: { variable: 'TRIBUTARY_OIDC_AUDIENCE' },
  oidcJwksUrl: { variable: 'TRIBUTARY_OIDC_JWKS_URL' },
  eventStoreUrl: { variable: 'TRIBUTARY_EVENTSTORE_URL' },
  redisUrl: { variable: 'TRIBUTARY_REDIS_URL' },
  webhookAllowPrivate: { variable: 'TRIBUTARY_WEBHOOK_ALLOW_PRIVATE' },
  masterKey: { variable: 'TRIBUTARY_MASTER_KEY' },
}

/** A setting cannot be used. The message names its variable or flag, and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Values of flags as they were typed; a flag that was not given is absent or undefined. */
export type Flags = { readonly [Name in Setting]?: string | undefined }

/** What a message must not repeat. */
const isSecret = (name: Setting): boolean => ['masterKey', 'eventStoreUrl', 'redisUrl'].includes(name)

const isSetting = (name: unknown): name is Setting => typeof name === 'string' && name in sources

/**
 * An empty variable counts as not set; an empty flag is a mistake.
 * @throws {ConfigError} naming every setting that cannot be used, and never what a secret holds
 */
export const readConfig = (environment: NodeJS.ProcessEnv, flags: Flags = {}): Config => {
  const given: Record<string, string> = {}
  for (const name of Object.keys(sources)) {
    if (!isSetting(name)) continue
    const value = flags[name] ?? (environment[sources[name].variable] || undefined)
    if (value !== undefined) given[name] = value
  }
  const parsed = settings.safeParse(given)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path: [name], message }) => {
    if (!isSetting(name)) return message
    const { variable, flag } = sources[name]
    const source = flag !== undefined && flags[name] !== undefined ? flag : variable
    return `${source}: ${message}${isSecret(name) ? '' : `, got "${given[name]}"`}.`
  })
  throw new ConfigError(lines.join('\n'))
}
