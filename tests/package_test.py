#!/usr/bin/python3
"""The Debian package holds what it should, and a machine with nothing else can use it."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, concbench

import fresh_debian  # noqa: E402

BUILD = os.path.dirname(CONCBENCH)
LANGUAGES = [name for name in ("goroutines", "tokio", "rayon", "java", "erlang", "node", "python")
             if os.path.exists(os.path.join(BUILD, f"concbench-{name}"))]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("dpkg-deb"):
            raise unittest.SkipTest("this is no Debian")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder.name)
        cls.dev, = glob.glob(os.path.join(folder.name, "libconcbench-dev_*.deb"))
        cls.deb, = set(glob.glob(os.path.join(folder.name, "*.deb"))) - {cls.dev}

    def field(self, name, deb=None):
        return run("dpkg-deb", "--field", deb or self.deb, name).strip()

    def contents(self, deb=None):
        lines = run("dpkg-deb", "--contents", deb or self.deb).splitlines()
        return {line.split()[5].lstrip("."): line.split()[0] for line in lines}


class Contents(Package):
    def test_is_named_as_debian_names_packages(self):
        version = concbench("--version").stdout.split()[1]
        self.assertEqual(os.path.basename(self.deb),
                         f"concbench_{version}_{run('dpkg', '--print-architecture').strip()}.deb")
        self.assertEqual(self.field("Version"), version)

    def test_holds_programs_manual_completions_plots_and_documents(self):
        there = self.contents()
        share = "/usr/share"
        wanted = ["/usr/bin/concbench", f"{share}/man/man1/concbench.1",
                  f"{share}/bash-completion/completions/concbench",
                  f"{share}/zsh/vendor-completions/_concbench",
                  f"{share}/fish/vendor_completions.d/concbench.fish",
                  f"{share}/concbench/plot_compare.py", f"{share}/concbench/plotting.py",
                  f"{share}/concbench/result.schema.json", f"{share}/doc/concbench/copyright",
                  f"{share}/doc/concbench/docs/workloads.md"]
        wanted += [f"/usr/bin/concbench-{name}" for name in LANGUAGES]
        self.assertLessEqual(set(wanted), set(there))
        for path in ("/usr/bin/concbench", f"{share}/concbench/plot_compare.py"):
            self.assertTrue(there[path].startswith("-rwxr-xr-x"), there[path])

    def test_holds_nothing_outside_of_usr_and_nothing_of_the_tests(self):
        for path in self.contents():
            self.assertRegex(path, r"^/(usr/.*)?$")
            self.assertNotRegex(path, "_test|gtest")

    def test_the_kit_is_a_package_of_its_own_without_a_file_of_the_other(self):
        there, kit = self.contents(), self.contents(self.dev)
        self.assertEqual(self.field("Depends", self.dev), "libbenchmark-dev")
        self.assertLessEqual({"/usr/include/concbench/models/describe.hpp",
                              "/usr/include/concbench/workloads/fib.hpp"}, set(kit))
        self.assertEqual([path for path in kit if path in there and not path.endswith("/")], [])
        for name in ("libconcbench_worker.a", "concbench-config.cmake"):
            self.assertTrue(any(path.endswith("/" + name) for path in kit), name)

    def test_depends_on_the_libraries_that_the_program_is_linked_with(self):
        depends = self.field("Depends")
        linked = re.findall(r"=> (/\S+)", run("ldd", CONCBENCH))
        self.assertTrue(linked)
        needed = subprocess.run(["objdump", "-p", CONCBENCH], capture_output=True, text=True,
                                check=True).stdout
        for library in re.findall(r"NEEDED +(\S+)", needed):
            path = next((each for each in linked if os.path.basename(each) == library), None)
            if not path:
                continue  # the loader itself
            owner = subprocess.run(["dpkg-query", "-S", os.path.realpath(path)],
                                   capture_output=True, text=True, check=False).stdout
            if owner:
                with self.subTest(library=library):
                    self.assertIn(owner.split(":")[0], depends)

    def test_says_who_keeps_it_and_what_it_is_for(self):
        self.assertRegex(self.field("Maintainer"), r"^.+ <.+@.+>$")
        self.assertEqual(self.field("Section"), "utils")
        self.assertIn("python3-matplotlib", self.field("Recommends"))
        self.assertGreater(len(self.field("Description")), 100)


class FreshMachine(Package):
    """A system of this machine's suite with nothing but the package, in a chroot."""

    def setUp(self):
        _, suite = fresh_debian.source()
        if fresh_debian.obstacle() or not suite:
            self.skipTest(fresh_debian.obstacle() or "unknown where packages come from here")
        system = fresh_debian.Debian(suite)
        try:
            self.system = system.__enter__()
        except fresh_debian.Unmade as error:
            self.skipTest(f"debootstrap: {error}")
        self.addCleanup(system.__exit__)
        for deb in (self.deb, self.dev):
            shutil.copy(deb, self.system.path("root"))
        self.inside("apt-get", "update", "-qq")

    def inside(self, *command):
        done = self.system.run(*command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def install(self, *packages):
        self.inside("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                    *("/root/" + os.path.basename(package) if os.path.isfile(package) else package
                      for package in packages))

    def test_makes_a_worker_with_the_kit_alone_and_measures_it(self):
        self.install(self.deb, self.dev, "g++", "cmake", "make")
        self.inside("cp", "-r", "/usr/share/doc/concbench/docs/examples/kit", "/root/mine")
        self.inside("cmake", "-S", "/root/mine", "-B", "/root/build")
        self.inside("cmake", "--build", "/root/build")
        self.inside("concbench", "conform", "/root/build/jthread")
        table = self.inside("concbench", "run", "--preset=quick",
                            "--model=mine=exec:/root/build/jthread", "--workload=all")
        self.assertRegex(table, r"(?m)^  1  mine ")

    def test_installs_the_package_and_measures(self):
        self.install(self.deb)
        models = ["serial", "threads"] + [name for name in LANGUAGES if name == "goroutines"]
        table = self.inside("concbench", "run", "--preset=quick", "--model=" + ",".join(models),
                            "--workload=fib")
        for model in models:
            self.assertRegex(table, f"(?m)^  \\d  {model}\\b|skipped  {model}:")
        self.assertRegex(table, r"(?m)^  1  serial ")


if __name__ == "__main__":
    unittest.main()
