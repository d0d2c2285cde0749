/** A Redis for the bench: a server of its own, which a program on the path gives. */
import { programOnPath, startProgram, takesConnections } from './program.ts'

/** Null where there is none. */
export const redisProgram = (): string | null => programOnPath(['redis-server', 'valkey-server'])

/** Jobs as durable as Redis keeps them by default: appended to its file, written to disk each second. */
export const startBenchRedis = async (
  program: string,
  folder: string,
): Promise<{ readonly url: string; end(): Promise<void> }> => {
  const { port, end } = await startProgram({
    program,
    folder,
    args: (at) => [
      ...['--port', String(at), '--bind', '127.0.0.1'],
      ...['--appendonly', 'yes', '--save', '', '--dir', folder],
    ],
    isUp: takesConnections,
  })
  return { url: `redis://127.0.0.1:${port}`, end }
}
