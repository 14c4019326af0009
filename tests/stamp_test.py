"""scripts/stamp.cmake names the commit of the tree that is built, and of no other."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True,
                          text=True)
    return done.stdout.strip()


class Stamp(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name).resolve()
        self.output = self.scratch / "commit.cpp"
        self.tree = self.scratch / "tree"
        self.tree.mkdir()
        git(self.tree, "init", "-q")
        self.commit(self.tree)

    def commit(self, tree):
        with open(tree / "file", "a", encoding="utf-8") as file:
            file.write("line\n")
        git(tree, "add", "file")
        git(tree, "commit", "-qm", "more")
        return git(tree, "rev-parse", "--short=12", "HEAD")

    def stamp(self, source):
        subprocess.run(["cmake", "-D", f"SOURCE={source}", "-D", f"OUTPUT={self.output}", "-P",
                        ROOT / "scripts/stamp.cmake"], check=True)
        return self.output.read_text().split('"')[3]

    def test_is_the_commit_of_the_tree(self):
        self.assertEqual(self.stamp(self.tree), git(self.tree, "rev-parse", "--short=12", "HEAD"))

    def test_follows_a_new_commit(self):
        self.stamp(self.tree)
        commit = self.commit(self.tree)
        self.assertEqual(self.stamp(self.tree), commit)

    def test_follows_a_new_commit_in_a_worktree(self):
        other = self.scratch / "other"
        git(self.tree, "worktree", "add", "-q", "-b", "branch", str(other))
        self.stamp(other)
        commit = self.commit(other)
        self.assertEqual(self.stamp(other), commit)
        self.assertNotEqual(commit, git(self.tree, "rev-parse", "--short=12", "HEAD"))

    def test_says_that_files_differ_from_the_commit(self):
        (self.tree / "file").write_text("edited\n")
        commit = git(self.tree, "rev-parse", "--short=12", "HEAD")
        self.assertEqual(self.stamp(self.tree), commit + "-dirty")

    def test_is_unknown_in_a_release_inside_another_repository(self):
        release = self.tree / "release"
        release.mkdir()
        self.assertEqual(self.stamp(release), "unknown")

    def test_is_unknown_outside_of_any_repository(self):
        release = self.scratch / "release"
        release.mkdir()
        self.assertEqual(self.stamp(release), "unknown")

    def test_leaves_the_file_alone_while_nothing_changes(self):
        self.stamp(self.tree)
        before = self.output.stat().st_mtime_ns
        self.stamp(self.tree)
        self.assertEqual(self.output.stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
