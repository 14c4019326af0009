#!/usr/bin/python3
"""What programs from outside are called, and how several are named in one list."""
import json
import os
import shutil
import unittest

from concbench import HERE, ROOT, InFolder, concbench, run_json

FAKE = os.path.join(HERE, "fake_worker.py")
EXAMPLE = os.path.join(ROOT, "docs/examples/worker.py")
QUICK = ("--workload=spawn", "--set=spawn.n=5", "--processes=1", "--repetitions=1",
         "--min-time=0.001", "--cores=1")


def models_of(*arguments):
    code, result, stderr = run_json(*arguments, *QUICK)
    assert code == 0, stderr
    return [cell["model"] for cell in result["concbench"]["cells"]]


class Names(InFolder):
    def test_one_list_holds_programs_and_models(self):
        self.assertEqual(models_of(f"--model=mine=exec:{FAKE} naps,exec:{EXAMPLE},serial"),
                         ["mine", "python-threads", "serial"])

    def test_quotes_hold_a_comma_and_a_blank_together(self):
        place = self.folder / "a, b.py"
        shutil.copy(FAKE, place)
        for quoted in (f'"{place}" honest', f"'{place}' 'honest'", f"{self.folder}/a', 'b.py"):
            self.assertEqual(models_of(f"--model=first=exec:{quoted},serial"), ["first", "serial"])

    def test_a_comma_outside_quotes_is_explained(self):
        code, _, stderr = run_json(f"--model=exec:{FAKE} --sizes=1,2", *QUICK)
        self.assertEqual(code, 2)
        self.assertIn("there is no model '2'", stderr)
        self.assertIn("stands in quotes", stderr)

    def test_names_that_no_model_may_have_are_refused(self):
        for name, why in (("fibers", "concbench has a model of this name"),
                          ("all", "concbench has a model of this name"),
                          ("", "lower-case letters"), ("Mine", "lower-case letters"),
                          ("m\x1b[2J", "lower-case letters"), ("a b", "lower-case letters"),
                          ("x" * 41, "1 to 40")):
            with self.subTest(name=name):
                code, result, stderr = run_json(f"--model={name}=exec:{FAKE}", *QUICK)
                self.assertEqual((code, result), (2, None))
                self.assertIn(why, stderr)
                self.assertNotIn("\x1b", stderr)

    def test_a_quote_that_is_not_closed_is_refused(self):
        code, _, stderr = run_json(f"--model=exec:'{FAKE}", *QUICK)
        self.assertEqual(code, 2)
        self.assertIn("is not closed", stderr)

    def test_two_of_one_name_are_refused(self):
        for models in (f"exec:{FAKE} honest,honest=exec:{FAKE}", f"a=exec:{FAKE},a=exec:{FAKE} x",
                       f'serial,exec:{FAKE} lies {{"hello":{{"model":"serial"}}}}'.replace(
                           '{"hello', "'{\"hello").replace('}}', "}}'")):
            with self.subTest(models=models):
                code, result, stderr = run_json(f"--model={models}", *QUICK)
                self.assertEqual((code, result), (2, None))
                self.assertIn("two models are called", stderr)
                self.assertIn("NAME=exec:", stderr)

    def test_a_program_that_names_no_model_needs_a_name(self):
        lie = "'{\"hello\":{\"model\":\"\"}}'"
        code, _, stderr = run_json(f"--model=exec:{FAKE} lies {lie}", *QUICK)
        self.assertEqual(code, 2)
        self.assertIn("its hello names no model", stderr)
        self.assertEqual(models_of(f"--model=given=exec:{FAKE} lies {lie}"), ["given"])

    def test_a_program_that_is_not_there_ends_it_by_its_name(self):
        code, _, stderr = run_json("--model=mine=exec:./nowhere,serial", *QUICK)
        self.assertEqual(code, 5)
        self.assertIn("--model=mine: cannot start './nowhere'", stderr)


class Elsewhere(InFolder):
    def test_a_preset_names_programs(self):
        preset = self.folder / "p.toml"
        preset.write_text(f'models = ["mine=exec:{FAKE}", "serial"]\n')
        self.assertEqual(models_of(f"--preset={preset}"), ["mine", "serial"])
        preset.write_text(f'models = ["fibers=exec:{FAKE}"]\n')
        code, _, stderr = run_json(f"--preset={preset}", *QUICK)
        self.assertEqual(code, 2)
        self.assertIn("p.toml:1: models:", stderr)

    def test_resume_finds_the_cells_of_a_name(self):
        model = f"--model=mine=exec:{FAKE},serial"
        self.assertEqual(concbench("run", model, *QUICK, f"--out={self.out}").returncode, 0)
        first = json.loads(self.out.read_text())
        alone = concbench("run", f"--resume={self.out}")
        self.assertEqual(alone.returncode, 2)  # no program is started because a file names it
        again = concbench("run", model, *QUICK, f"--resume={self.out}")
        self.assertEqual(again.returncode, 0, again.stderr)
        cells = json.loads(self.out.read_text())["concbench"]["cells"]
        self.assertEqual(cells, first["concbench"]["cells"])

    def test_tables_compare_history_and_report_show_the_name(self):
        table = concbench("run", f"--model=mine=exec:{FAKE}", *QUICK, f"--out={self.out}")
        self.assertIn("mine", table.stdout)
        self.assertNotIn("exec:", table.stdout)
        self.assertIn("mine/spawn", concbench("compare", self.out, self.out).stdout)
        history, page = self.folder / "h", self.folder / "r.html"
        concbench("history", "add", f"--file={history}", self.out)
        shown = concbench("history", "show", "1", f"--file={history}")
        self.assertIn("mine", shown.stdout, shown.stderr)
        concbench("report", self.out, "-o", page)
        self.assertTrue("<bdi>mine</bdi>" in page.read_text())

    def test_check_calls_the_model_of_two_programs_as_they_are_named(self):
        def verdict(base, new):
            done = concbench("check", f"{base}exec:{FAKE} honest", f"{new}exec:{FAKE} naps",
                             "--workload=spawn", "--cell-budget=1", "--format=json",
                             "--set=spawn.n=5", "--cores=1")
            cell = json.loads(done.stdout)["concbench_check"]["cells"][0]
            return cell["model"], cell["verdict"]

        self.assertEqual(verdict("mine=", "mine=")[0], "mine")
        self.assertNotEqual(verdict("mine=", "mine=")[1], "incomparable")
        self.assertEqual(verdict("mine=", "yours="), ("mine", "incomparable"))
        self.assertEqual(verdict("", ""), ("honest", "incomparable"))

    def test_list_shows_the_pairs_of_a_program_and_why_it_refuses_the_rest(self):
        done = concbench("list", f"--model=mine=exec:{FAKE},serial", "--format=json")
        shown = json.loads(done.stdout)
        self.assertEqual([model["name"] for model in shown["models"]], ["mine", "serial"])
        pairs = {(pair["model"], pair["workload"]): pair for pair in shown["pairs"]}
        self.assertTrue(pairs["mine", "spawn"]["runs"])
        self.assertEqual(pairs["mine", "fib"]["reason"], "it has no children")
        self.assertEqual(pairs["mine", "ring"]["reason"], "the program does not offer it")
        name = "a-name-that-is-longer-than-the-others"
        table = concbench("list", f"--model={name}=exec:{FAKE}").stdout
        self.assertIn("it has no children", table)
        rows = [line for line in table.splitlines() if line.startswith(f"  {name} ")]
        self.assertEqual(len({len(row) for row in rows[1:-1]}), 1)  # columns stay columns
        gone = concbench("list", "--model=exec:./nowhere")
        self.assertEqual((gone.returncode, gone.stdout), (5, ""))


if __name__ == "__main__":
    unittest.main()
