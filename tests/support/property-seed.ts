import fc from 'fast-check'

/** Runs before each test file: gives its properties the run's seed, which the summary prints. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FAST_CHECK_SEED) })
