/** `npm run token -- --role ROLE [--org ID]`: a token of the local issuer, alone on standard output. */
import { createLocalIssuer } from '../api/auth/issuer.ts'
import { openExisting } from '../app/open.ts'
import { isRole, organisationOf, subjectWithRole } from '../app/people-of-roles.ts'
import { type AccessRole, accessRoles } from '../domain/events/platform.ts'
import { runCommandLine, textFlag, WrongUsage, wholeNumber } from './command-line.ts'

interface Options {
  readonly role: AccessRole
  readonly organisation: string | null
  readonly seconds: number
}

const parse = (flags: Readonly<Record<string, unknown>>): Options => {
  const role = textFlag(flags.role) ?? ''
  if (!isRole(role)) throw new WrongUsage(`--role takes one of ${accessRoles.join(', ')}.`)
  const organisation = textFlag(flags.org) ?? null
  const wanted = organisationOf(role)
  if (wanted !== null && !organisation?.startsWith(`${wanted}_`)) {
    throw new WrongUsage(`${role} acts for a ${wanted}: name it with --org ${wanted}_….`)
  }
  if (wanted === null && organisation !== null && role !== 'SERVICE') {
    throw new WrongUsage(`${role} acts for the platform: leave --org out.`)
  }
  return { role, organisation, seconds: wholeNumber(flags.ttl, '--ttl', 1) }
}

await runCommandLine({
  name: 'token',
  summary: 'Prints a JWT of the local issuer for a demo person who holds the role.',
  define: (command) =>
    command
      .requiredOption('--role <role>', accessRoles.join(', '))
      .option('--org <id>', 'the partner or community that a brand or community role acts for')
      .option('--ttl <seconds>', 'how long it is valid', '43200'),
  parse,
  run: async ({ role, organisation, seconds }, { config, json }) => {
    const tributary = await openExisting(config)
    try {
      const subject = await subjectWithRole(tributary, role, organisation)
      const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
      const token = await issuer.issueToken(subject, seconds)
      if (!json) process.stdout.write(`${token}\n`)
      return { token, subject, role, organisation, expiresInSeconds: seconds }
    } finally {
      await tributary.close()
    }
  },
})
