/** The environment as it was given to this process, for programs that fetch from registries and may need all of it. */
export const inherited: NodeJS.ProcessEnv = { ...process.env }
