"""A Slurm of its own for the tests: a controller and nodes on this machine, in a folder that goes."""

import os
import shutil
import signal
import socket
import subprocess
import time

TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "srun",
         "unshare")
CPUS = min(2, len(os.sched_getaffinity(0)))

CONFIGURATION = """
ClusterName=concbench
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmctldPort={port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
MessageTimeout=10
KillWait=3
BatchStartTimeout=5
SchedulerParameters=sched_interval=2,batch_sched_delay=1
PartitionName=main Nodes=a,b Default=YES OverSubscribe=EXCLUSIVE
PartitionName=shared Nodes=b
PartitionName=slow Nodes=c
"""
NODE = "NodeName={name} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory=100 Feature={feature}\n"
FEATURES = {"a": "small", "b": "big", "c": "small"}


def why_not():
    """Why there can be no Slurm here, or nothing."""
    lacking = [tool for tool in TOOLS if not shutil.which(tool, path=path())]
    if lacking:
        return f"there is no {', '.join(lacking)}; scripts/setup --fleet installs them"
    return "Slurm's daemons want to be root" if os.geteuid() != 0 else ""


def path():
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(condition, seconds, what):
    """Waits until something holds, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


class Cluster:
    """Nodes a and b, each of which is given to one job at a time, and c."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "PATH": path(), "SLURM_CONF": f"{folder}/slurm.conf"}
        self.daemons = {}
        for name in ("run", "state"):
            os.makedirs(f"{folder}/{name}", mode=0o755)
        port, *ports = free_ports(1 + len(FEATURES))
        with open(f"{folder}/slurm.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=folder, port=port,
                                            host=socket.gethostname().split(".")[0]))
            for (name, feature), node_port in zip(FEATURES.items(), ports):
                file.write(NODE.format(name=name, feature=feature, port=node_port, cpus=CPUS))

    def start(self):
        key = f"{self.folder}/munge.key"
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o400), "wb") as file:
            file.write(os.urandom(1024))
        run = f"{self.folder}/run"
        self.daemon("munged", "munged", "--foreground", "--force", f"--key-file={key}",
                    f"--socket={run}/munge.sock", f"--pid-file={run}/munge.pid",
                    f"--log-file={run}/munge.log", f"--seed-file={run}/munge.seed")
        until(lambda: os.path.exists(f"{run}/munge.sock"), 10, "a socket of munge")
        self.start_controller()
        for name in FEATURES:
            self.start_node(name)
        for name in FEATURES:
            until(lambda name=name: self.state(name) == "idle", 30, f"node {name} is idle")

    def start_controller(self):
        self.daemon("slurmctld", "slurmctld", "-D")
        until(lambda: "UP" in self.say("scontrol", "ping"), 30, "a controller")

    def start_node(self, name):
        """With a host's name and process numbers of its own: what ends it, ends all of it."""
        self.daemon(name, "unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
                    "sh", "-c", f"hostname {name} && exec slurmd -D -N {name}")

    def daemon(self, name, *command):
        with open(f"{self.folder}/{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(command, env=self.environment, stdout=out,
                                                  stderr=out, stdin=subprocess.DEVNULL)

    def end(self, name, number=signal.SIGKILL):
        self.daemons[name].send_signal(number)
        self.daemons.pop(name).wait(timeout=30)

    def stop(self):
        if "slurmctld" in self.daemons:
            self.run("scancel", "--user=root", timeout=30)
        for name in list(self.daemons):
            self.end(name)

    def state(self, node):
        return self.say("sinfo", "-h", "-n", node, "-o", "%T").split("\n")[0]

    def run(self, *command, timeout=120):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, timeout=timeout)

    def say(self, *command):
        return self.run(*command).stdout.strip()
