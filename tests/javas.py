"""The Java machines that are here."""

import glob
import re
import shutil
import subprocess


def release(java):
    """The JDK's number: 17; 0 if it cannot be started."""
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


def javas():
    """One `java` of each release."""
    found = [shutil.which("java"), *sorted(glob.glob("/usr/lib/jvm/*/bin/java"))]
    return {release(java): java for java in reversed(found) if java and release(java)}
