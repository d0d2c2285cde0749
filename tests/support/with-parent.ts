/** Arguments of Node for a process that ends with this one. Its standard input has to be a pipe. */
export const withParent: readonly string[] = ['--import', import.meta.resolve('./end-with-parent.ts')]
