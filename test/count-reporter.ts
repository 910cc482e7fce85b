import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one plain line of counts. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => Array.from(module.children.allTests(), (test) => test.result().state))
    const count = (state: string) => states.filter((s) => s === state).length
    const broken = modules.filter(
      (module) =>
        module.state() === 'failed' &&
        Array.from(module.children.allTests()).every((test) => test.result().state !== 'failed'),
    ).length
    process.stdout.write(
      `\n${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    )
  }
}
