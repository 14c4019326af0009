#!/usr/bin/python3
"""Shells complete what the command line understands."""

import os
import pty
import re
import shutil
import subprocess
import tempfile
import unittest

import help as helps
from concbench import CONCBENCH, concbench

BREAKS = " \t\n\"'@><=;|&(:"  # where bash breaks words

CALL = """
source <("$CONCBENCH" completions bash)
COMP_LINE=$1 COMP_POINT=${#1}
_concbench concbench "$2" ''
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash_offers(line):
    """What bash would offer after this line, as whole words."""
    typed = re.split(f"[{re.escape(BREAKS)}]", line)[-1]
    done = subprocess.run(["bash", "--norc", "-c", CALL, "bash", line, typed], check=True,
                          capture_output=True, text=True, env={**os.environ, "CONCBENCH": CONCBENCH})
    begun = line[:len(line) - len(typed)].split(" ")[-1]
    return [begun + reply for reply in done.stdout.split("\n")[:-1] if reply]


def names(kind):
    import json
    return [item["name"] for item in json.loads(concbench("list", "--format=json").stdout)[kind]]


class Bash(unittest.TestCase):
    def test_completes_commands(self):
        visible = [command[0] for command in helps.commands() if len(command) == 1]
        self.assertCountEqual(bash_offers("concbench "), visible)
        self.assertEqual(bash_offers("concbench wor"), ["worker"])

    def test_completes_every_option_of_every_help(self):
        for command in helps.commands():
            with self.subTest(command=command):
                offered = bash_offers(" ".join(("concbench", *command, "--")))
                self.assertCountEqual([word.rstrip("=") for word in offered], helps.options(command))

    def test_completes_models_with_their_variants(self):
        offered = bash_offers("concbench run --model=")
        for name in ("all", *names("models")):
            self.assertIn("--model=" + name, offered)
        self.assertEqual(bash_offers("concbench run --model=threads:"),
                         ["--model=threads:wait=condvar"])

    def test_completes_the_last_of_several_models(self):
        self.assertEqual(bash_offers("concbench run --model=pool,thr"),
                         ["--model=pool,threads", "--model=pool,threads:wait=condvar"])

    def test_completes_a_value_that_is_a_word_of_its_own(self):
        self.assertEqual(bash_offers("concbench run --model cor"), ["coroutines"])
        self.assertEqual(bash_offers("concbench run --cores=2 --workload sky"), ["skynet"])

    def test_completes_workloads_presets_parameters_and_formats(self):
        self.assertCountEqual(bash_offers("concbench run --workload="),
                              ["--workload=" + name for name in ("all", *names("workloads"))])
        self.assertIn("--preset=quick", bash_offers("concbench run --preset="))
        self.assertEqual(bash_offers("concbench run --set fib."), ["fib.n="])
        self.assertEqual(bash_offers("concbench run --format=m"), ["--format=markdown"])
        self.assertEqual(bash_offers("concbench export --format=junit"), ["--format=junit"])
        self.assertEqual(bash_offers("concbench run --layout=s"), ["--layout=spread", "--layout=smt"])

    def test_completes_commands_of_commands(self):
        self.assertEqual(bash_offers("concbench history t"), ["trend"])
        self.assertEqual(bash_offers("concbench history trend --ce"), ["--cell="])
        self.assertEqual(bash_offers("concbench completions f"), ["fish"])

    def test_completes_files_where_files_are_meant(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "result.json")
            open(path, "w", encoding="utf-8").close()
            for line in ("concbench compare ", "concbench run --resume=", "concbench report -o ",
                         "concbench check "):
                with self.subTest(line=line):
                    offered = bash_offers(line + path[:-4])
                    self.assertEqual([word.split("=")[-1] for word in offered], [path])

    def test_offers_nothing_for_a_number(self):
        self.assertEqual(bash_offers("concbench run --seed="), [])
        self.assertEqual(bash_offers("concbench run --seed "), [])

    def test_does_not_complete_hidden_commands(self):
        self.assertEqual(bash_offers("concbench loa"), [])


class Terminal:
    """An interactive shell in which `concbench` only shows its arguments."""

    def __init__(self, *shell, begin):
        self.master, slave = pty.openpty()
        self.folder = tempfile.TemporaryDirectory()
        environment = {**os.environ, "TERM": "dumb", "CONCBENCH": CONCBENCH, "LC_ALL": "C.UTF-8",
                       "HOME": self.folder.name, "INPUTRC": "/dev/null"}
        self.shell = subprocess.Popen(shell, stdin=slave, stdout=slave, stderr=slave,
                                      env=environment, start_new_session=True)
        os.close(slave)
        self.type(begin + "; echo begun-$((1))\n")
        self.read("begun-1")

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self, until):
        seen = ""
        while until not in seen:
            seen += os.read(self.master, 4096).decode(errors="replace")
        return seen

    def arguments(self, line):
        """Those that concbench gets when this is typed."""
        self.type(line + "\n")
        return re.findall(r"<<(.*?)>>", self.read(">>."))

    def close(self):
        self.shell.kill()
        self.shell.wait(10)
        os.close(self.master)
        self.folder.cleanup()


SHOW = "concbench() { printf '%s' '<''<' \"$*\" '>''>.'; echo; }"


class AtATerminal(unittest.TestCase):
    """The Tab key, pressed for real."""

    def completed(self, *shell, begin):
        terminal = Terminal(*shell, begin=begin)
        self.addCleanup(terminal.close)
        for typed, expected in (("concbench topo --lat\t", "topo --latency"),
                                ("concbench run --mod\tfibers,corou\t", "run --model=fibers,coroutines"),
                                ("concbench run --workload nqu\t", "run --workload nqueens"),
                                ("concbench run --model=threads:w\t",
                                 "run --model=threads:wait=condvar")):
            with self.subTest(typed=typed):
                self.assertEqual([word.strip() for word in terminal.arguments(typed)], [expected])

    def test_completes_in_bash(self):
        self.completed("bash", "--norc", "--noprofile", "-i",
                       begin=f'{SHOW}; source <("$CONCBENCH" completions bash)')

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_completes_in_zsh(self):
        self.completed("zsh", "-f", "-i", begin="PROMPT=; unsetopt prompt_sp; autoload -U compinit; "
                       f'compinit -D -u; {SHOW}; source <("$CONCBENCH" completions zsh)')


class Fish(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("fish"):
            raise unittest.SkipTest("there is no fish")
        cls.script = concbench("completions", "fish").stdout

    def offers(self, line):
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(["fish", "--no-config", "-c", f"source; complete -C '{line}'"],
                                  input=self.script, capture_output=True, text=True, check=True,
                                  env={**os.environ, "HOME": home})
        self.assertEqual(done.stderr, "")
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    def test_completes_every_option_of_every_help(self):
        for command in helps.commands():
            with self.subTest(command=command):
                offered = self.offers(" ".join(("concbench", *command, "--")))
                self.assertLessEqual(set(helps.options(command)),
                                     {word.rstrip("=") for word in offered})

    def test_completes_values(self):
        self.assertEqual(self.offers("concbench run --model=corou"), ["--model=coroutines"])
        self.assertEqual(self.offers("concbench run --layout=sp"), ["--layout=spread"])
        self.assertEqual(self.offers("concbench history tr"), ["trend"])
        self.assertIn("--model=pool,fibers", self.offers("concbench run --model=pool,fib"))


class Scripts(unittest.TestCase):
    def test_are_accepted_by_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            if not shutil.which(shell):
                continue
            with self.subTest(shell=shell), tempfile.NamedTemporaryFile("w") as file:
                file.write(concbench("completions", shell).stdout)
                file.flush()
                done = subprocess.run([shell, "-n", file.name], capture_output=True, text=True,
                                      check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_hold_every_long_option(self):
        every = {option for command in helps.commands() for option in helps.options(command)}
        for shell, form in (("bash", "{}"), ("zsh", "{}"), ("fish", "-l {}")):
            script = concbench("completions", shell).stdout
            for option in every:
                with self.subTest(shell=shell, option=option):
                    name = option if shell != "fish" else option[2:]
                    self.assertRegex(script, re.escape(form.format(name)) + r"(?![a-z-])")

    def test_are_only_for_shells_that_are_known(self):
        done = concbench("completions", "fisch")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean 'fish'", done.stderr)


if __name__ == "__main__":
    unittest.main()
