import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * A Slurm cluster of this one machine: controller and node daemon of its own, in a temporary directory, on the loopback
 * interface only.
 */
export interface SlurmCluster {
  readonly directory: string
  /** Environment in which sbatch and its company find the cluster. */
  readonly env: NodeJS.ProcessEnv
  /** Runs a command of Slurm, or anything else, against the cluster; gives stdout, throws where it fails. */
  run(command: string, ...args: string[]): string
  /** Ids and states of the jobs that the controller knows. */
  jobs(): SlurmJob[]
  /** Waits until no job waits or runs. */
  settled(timeoutMs: number): Promise<SlurmJob[]>
  /** Stops the daemons and what they started, and removes the directory. */
  stop(): Promise<void>
}

export interface SlurmJob {
  readonly id: string
  /** Of an array's task `2_3`, which scancel wants; else the id. */
  readonly taskId: string
  readonly name: string
  readonly task: string
  readonly state: string
  readonly restarts: number
  readonly exitCode: string
}

const found = (program: string) =>
  ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/sbin']
    .map((dir) => join(dir, program))
    .find((path) => existsSync(path))

/** Why no cluster can be started here; undefined where one can. */
export function slurmMissing(): string | undefined {
  const missing = ['slurmctld', 'slurmd', 'sbatch', 'scontrol'].filter((program) => !found(program))
  if (missing.length > 0) return `no ${missing.join(', ')} on this machine`
  return userInfo().uid === 0 ? undefined : 'slurmd runs as root'
}

async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Starts a cluster with so many CPUs (more than the machine has, where wanted: Slurm is told not to look). */
export async function startSlurm(cpus: number): Promise<SlurmCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'bliss-slurm-'))
  for (const name of ['state', 'spool']) mkdirSync(join(directory, name))
  const conf = join(directory, 'slurm.conf')
  const version = Number(/(\d+)\.(\d+)/.exec(spawnSync(found('slurmctld')!, ['-V'], { encoding: 'utf8' }).stdout)?.[1])
  writeFileSync(conf, configuration(directory, await freePort(), await freePort(), cpus))
  // From 23.02 on there is a plugin for machines without control groups; before, the first generation's does nothing
  // that we ask for.
  writeFileSync(join(directory, 'cgroup.conf'), `CgroupPlugin=${version >= 23 ? 'disabled' : 'cgroup/v1'}\n`)
  const env = { PATH: process.env['PATH'], SLURM_CONF: conf }
  const start = (program: string, ...args: string[]) =>
    spawn(found(program)!, ['-D', '-f', conf, ...args], { env, stdio: 'ignore', detached: true })
  const daemons: ChildProcess[] = [start('slurmctld', '-c'), start('slurmd', '-N', 'node0')]
  const stopNow = () => {
    // Job steps are children of slurmstepd, in sessions of their own: their environment names this cluster.
    spawnSync('scancel', ['--full', '--signal=KILL', '--state=RUNNING', '--user=root'], { env, timeout: 5000 })
    for (const { pid } of daemons) if (pid !== undefined) killGroup(pid)
    for (const pid of processesOf(conf)) kill(pid)
  }
  process.once('exit', stopNow)
  // Should this process be killed, a shell that waits for its end stops the daemons.
  const daemonPids = daemons.map(({ pid }) => pid).join(' ')
  const watch = `while kill -0 ${process.pid} 2>/dev/null; do sleep 1; done; kill -9 ${daemonPids}; rm -rf ${directory}`
  const watchdog = spawn('/bin/sh', ['-c', watch], { stdio: 'ignore', detached: true })
  watchdog.unref()

  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { env, encoding: 'utf8', cwd: directory })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}\n${logs(directory)}`)
    return stdout
  }
  const jobs = (): SlurmJob[] => {
    const text = run('scontrol', '--oneliner', 'show', 'job')
    return text.split('\n').flatMap((line) => {
      const value = (key: string) => new RegExp(`(?:^| )${key}=(\\S*)`).exec(line)?.[1]
      const id = value('JobId')
      if (id === undefined) return []
      const array = value('ArrayJobId')
      const taskId = array === undefined ? id : `${array}_${value('ArrayTaskId')}`
      return [
        {
          id,
          taskId,
          name: value('JobName')!,
          task: value('ArrayTaskId') ?? '',
          state: value('JobState')!,
          restarts: Number(value('Restarts')),
          exitCode: value('ExitCode')!,
        },
      ]
    })
  }
  const cluster: SlurmCluster = {
    directory,
    env,
    run,
    jobs,
    async settled(timeoutMs) {
      for (const end = Date.now() + timeoutMs; ; await pause(200)) {
        const all = jobs()
        if (
          all.every(
            ({ state }) =>
              !['PENDING', 'RUNNING', 'COMPLETING', 'CONFIGURING', 'REQUEUED', 'SUSPENDED'].includes(state),
          )
        )
          return all
        if (Date.now() > end) throw new Error(`not settled: ${run('squeue', '-o', '%i %j %T %r')}\n${logs(directory)}`)
      }
    },
    async stop() {
      process.removeListener('exit', stopNow)
      stopNow()
      if (watchdog.pid !== undefined) killGroup(watchdog.pid)
      for (const end = Date.now() + 5000; processesOf(conf).length > 0 && Date.now() < end; await pause(50))
        for (const pid of processesOf(conf)) kill(pid)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  try {
    for (
      const end = Date.now() + 20_000;
      !/\bidle\b/.test(spawnSync('sinfo', ['-h', '-o', '%T'], { env, encoding: 'utf8' }).stdout ?? '');
      await pause(100)
    ) {
      if (Date.now() > end || daemons.some(({ exitCode }) => exitCode !== null))
        throw new Error(`Slurm does not come up\n${logs(directory)}`)
    }
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

function configuration(directory: string, controller: number, node: number, cpus: number): string {
  return `ClusterName=bliss
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${directory}/state
SlurmdSpoolDir=${directory}/spool
SlurmctldPidFile=${directory}/slurmctld.pid
SlurmdPidFile=${directory}/slurmd.pid
SlurmctldLogFile=${directory}/slurmctld.log
SlurmdLogFile=${directory}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=1,sched_interval=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
ReturnToService=2
KillWait=2
MinJobAge=86400
NodeName=node0 NodeAddr=127.0.0.1 NodeHostname=localhost CPUs=${cpus} RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes=node0 Default=YES MaxTime=INFINITE State=UP
`
}

/** Processes whose environment names the cluster's configuration: daemons, steps and whatever jobs have started. */
function processesOf(conf: string): number[] {
  const { stdout } = spawnSync('/bin/sh', ['-c', `grep -lsz "^SLURM_CONF=${conf}$" /proc/[0-9]*/environ`], {
    encoding: 'utf8',
  })
  return (stdout ?? '')
    .split('\n')
    .flatMap((path) => Number(/^\/proc\/(\d+)\//.exec(path)?.[1]) || [])
    .filter((pid) => pid !== process.pid)
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function logs(directory: string): string {
  return ['slurmctld.log', 'slurmd.log']
    .map((name) =>
      existsSync(join(directory, name))
        ? `${name}:\n${readFileSync(join(directory, name), 'utf8').split('\n').slice(-25).join('\n')}`
        : '',
    )
    .join('\n')
}
