import { defineCommand, type Command } from '../command.js'
import { choice } from '../options/kinds.js'

/**
 * `bliss-calib completion`: what a shell needs to complete the command line.
 *
 * @param commands gives all of them, this one too
 */
export const completionCommand = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: 'completion',
    summary: 'print what bash, zsh or fish needs to complete commands, options and values',
    options: {
      shell: choice(['bash', 'zsh', 'fish'])('the shell that is to complete', { positional: true, required: true }),
    },
    examples: [
      ['completion bash >> ~/.bashrc', 'bash'],
      ['completion zsh > ~/.zfunc/_bliss-calib', 'zsh, with ~/.zfunc in $fpath'],
      ['completion fish > ~/.config/fish/completions/bliss-calib.fish', 'fish'],
    ],
    run: async ({ shell }, io) => {
      const { completionScript } = await import('./scripts.js')
      io.out(completionScript(shell, commands()))
      return 0
    },
  })
