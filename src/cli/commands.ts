import { batchCommand } from './batch/command.js'
import { benchCommand } from './bench/command.js'
import { calibrateCommand } from './calibrate/command.js'
import { cameraCommands } from './camera/command.js'
import { catalogCommands } from './catalog/command.js'
import { catlistCommand } from './catlist/command.js'
import type { Command } from './command.js'
import { compareCommand } from './compare/command.js'
import { completionCommand } from './completion/command.js'
import { demoCommand } from './demo/command.js'
import { gridCommands } from './grid/command.js'
import { lightcurveCommand } from './lightcurve/command.js'
import { measureCommand } from './measure/command.js'
import { mergeCommand } from './merge/command.js'
import { seCommand } from './se/command.js'
import { relationCommands } from './relation/command.js'
import { reportCommand } from './report/command.js'
import { simulateCommand } from './simulate/command.js'
import { starlistsCommand } from './star-lists/command.js'
import { tieCommand } from './tie/command.js'
import { validateCommand } from './validate/command.js'

/** The commands in the order of the help; the first is the default. */
export const COMMANDS: readonly Command[] = [
  calibrateCommand,
  mergeCommand,
  measureCommand,
  seCommand,
  batchCommand,
  lightcurveCommand,
  catlistCommand,
  ...catalogCommands,
  ...cameraCommands,
  ...relationCommands,
  ...gridCommands,
  reportCommand,
  simulateCommand,
  starlistsCommand,
  compareCommand,
  validateCommand,
  tieCommand,
  demoCommand,
  benchCommand,
  completionCommand(() => COMMANDS),
]
