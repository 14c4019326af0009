"""A program whose file is replaced while a check or a run of it goes on gets no verdict."""

import json
import stat
import unittest

from concbench import CONCBENCH, InFolder, concbench, run_json

CELL = ("--model=pool", "--workload=spawn", "--set=spawn.n=10", "--cores=1")

# What a script does to its own file, "$0"; the shell that reads it has read it to its end.
WAYS = {
    "another file in its place": 'cp -p "$0" "$0.other"; mv "$0.other" "$0"',
    "the file written again": 'text=$(cat "$0"); printf "%s\\n" "$text" >"$0"',
    "the same with size and time as before":
        'touch -r "$0" "$0.time"; text=$(cat "$0"); printf "%s\\n" "$text" >"$0"; '
        'touch -r "$0.time" "$0"',
    "no file": 'rm "$0"',
    "a file that cannot be started": 'mv "$0" "$0.old"; echo junk >"$0"',
    "a file that answers nonsense":
        'mv "$0" "$0.old"; printf "#!/bin/sh\\necho nonsense\\n" >"$0"; chmod +x "$0"',
}


class Replaced(InFolder):
    def program(self, way, start):
        """Another build, which does that to its own file at this start of it."""
        path = self.folder / f"program-{len(list(self.folder.iterdir()))}"
        path.write_text(f'''#!/bin/sh
{{
  echo >>"$0.starts"
  [ "$(wc -l <"$0.starts")" != {start} ] || {{ {way}; }}
  exec {CONCBENCH} "$@"
}}
''', encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def assert_incomparable(self, path, arguments):
        done = concbench("check", *arguments, *CELL, "--format=json", f"--out={self.out}")
        self.assertEqual(done.returncode, 5, done.stderr + done.stdout)
        cell, = json.loads(done.stdout)["concbench_check"]["cells"]
        self.assertEqual(cell["verdict"], "incomparable")
        self.assertIn(f"'{path}' was replaced", cell["reason"])
        self.assertIsNone(cell["effect"])

    def test_ends_a_check_without_a_verdict_whatever_came_in_its_place(self):
        for way, commands in WAYS.items():
            with self.subTest(way):
                new = self.program(commands, start=6)  # in the midst of its pairs
                self.assert_incomparable(new, (CONCBENCH, new))

    def test_is_noticed_of_base_too(self):
        base = self.program(WAYS["another file in its place"], start=6)
        self.assert_incomparable(base, (base, CONCBENCH))

    def test_is_noticed_whenever_it_happens(self):
        for start in range(1, 5):  # greeted as any program, greeted as a model, calibrated, paired
            with self.subTest(start=start):
                new = self.program(WAYS["a file that answers nonsense"], start)
                self.assert_incomparable(new, (CONCBENCH, new))

    def test_stays_so_when_the_check_is_judged_again(self):
        new = self.program(WAYS["no file"], start=6)
        self.assert_incomparable(new, (CONCBENCH, new))
        self.assertGreater(
            len(json.loads(self.out.read_text())["concbench_check"]["cells"][0]["samples"]), 0)
        self.assertEqual(concbench("check", f"--replay={self.out}").returncode, 5)

    def test_fails_the_cell_of_a_run_with_the_reason(self):
        for way, commands in WAYS.items():
            with self.subTest(way):
                path = self.program(commands, start=3)
                code, result, stderr = run_json(f"--model=exec:{path} worker --model=pool",
                                                *CELL[1:], "--processes=5", "--repetitions=2",
                                                "--min-time=0.001")
                self.assertEqual(code, 3, stderr)
                cell, = result["concbench"]["cells"]
                self.assertEqual(cell["status"], "failed")
                self.assertIn(f"'{path}' was replaced", cell["reason"])


if __name__ == "__main__":
    unittest.main()
