"""A new Debian in a chroot, for trying things on a machine that has nothing yet. Needs root."""

import glob
import os
import re
import shutil
import subprocess
import tempfile

SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
# How the network is reached from here; what a chroot inherits of the environment.
NETWORK = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
           "npm_config_registry", "NPM_CONFIG_REGISTRY")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class Unmade(Exception):
    """No such system could be made; says why."""


def obstacle():
    """Why no system can be made here; or nothing."""
    if os.geteuid() != 0:
        return "needs root"
    return "" if shutil.which("debootstrap") else "needs debootstrap (scripts/setup --test)"


def source():
    """Mirror and suite that this machine's own packages come from."""
    for path in SOURCES:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if one_line := re.search(r"^deb(?: \[.*?\])? +(\S+) +(\S+)", text, re.MULTILINE):
                return one_line.groups()
            fields = [re.search(rf"^{name}: *(\S+)", text, re.MULTILINE)
                      for name in ("URIs", "Suites")]
            if all(fields):
                return tuple(field[1] for field in fields)
    return "http://deb.debian.org/debian", ""


class Debian:
    """A minimal system of one suite, which is gone at the end of the block."""

    def __init__(self, suite, include=()):
        self.suite, self.include, self.mounted = suite, include, []
        self.root = tempfile.mkdtemp(prefix=f"debian-{suite}.")
        os.chmod(self.root, 0o755)

    def __enter__(self):
        try:
            self._unpack()
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for path in reversed(self.mounted):
            subprocess.run(["umount", "--lazy", path], check=False)
        if any(os.path.ismount(path) for path in self.mounted):
            raise OSError(f"cannot unmount what is in {self.root}")
        subprocess.run(["rm", "--recursive", "--force", "--one-file-system", self.root], check=True)

    def path(self, inside):
        return os.path.join(self.root, inside.lstrip("/"))

    def run(self, *command, **options):
        """The command's end, as subprocess.run has it."""
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                       "NODE_EXTRA_CA_CERTS": "/root/ca-certificates.crt"}
        environment |= {name: os.environ[name] for name in NETWORK if name in os.environ}
        options.setdefault("check", False)
        return subprocess.run(["chroot", self.root, *command], env=environment,
                              stdin=subprocess.DEVNULL, **options)

    def _unpack(self):
        command = ["debootstrap", "--variant=minbase", f"--include={','.join(self.include)}",
                   self.suite, self.root, source()[0]]
        made = subprocess.run([word for word in command if word != "--include="],
                              capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise Unmade((made.stdout + made.stderr).strip()[-300:])

    def _connect(self):
        """Gives it this machine's network and kernel."""
        for name in glob.glob("/etc/apt/apt.conf.d/*"):  # how the archive is reached from here
            with open(name, encoding="utf-8") as file:
                if "Acquire" in file.read():
                    shutil.copy(name, self.path("etc/apt/apt.conf.d"))
        for name, target in (("/etc/resolv.conf", "etc"), ("/etc/hosts", "etc"),
                             (CERTIFICATES, "root"), (os.path.expanduser("~/.npmrc"), "root")):
            if os.path.exists(name):
                shutil.copy(name, self.path(target))
        self._mount("-t", "proc", "proc", at="proc")
        self._mount("--rbind", "--make-rslave", "/sys", at="sys")
        self._mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=0620", "devpts",
                    at="dev/pts")
        self._mount("-t", "tmpfs", "tmpfs", at="dev/shm")

    def _mount(self, *arguments, at):
        path = self.path(at)
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", *arguments, path], check=True)
        self.mounted.append(path)
