"""The real dvc and Cairn in one working tree: either goes on where the other stopped.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess

import pytest
from dvc_project import CAIRN, begin, tree

FILES = {"raw/a.csv": "a,b\n1,2\n", "raw/crlf.csv": "a,b\r\n1,2\r\n", "raw/sub/deep/é.txt": "é\n", "raw/sub/b c.txt": "bär\n", "raw/Z.txt": "", "raw/twice.csv": "a,b\n1,2\n",
         "raw/line\nbreak": "odd\n", "raw/\U0001f600.txt": "smile\n", "raw/\uffee.txt": "half\n", "one.txt": "single\n", "tool.sh": "#!/bin/sh\n", "deep/er/two.txt": "two\n", "empty": ""}
CLEAN = "Data and pipelines are up to date.\n"


class Tree:
    """One project, and the two programs by the names "dvc" and "cairn" (which takes DVC's lines)."""

    def __init__(self, project):
        self.project = project

    def __getattr__(self, name):
        return getattr(self.project, name)

    def by(self, who, *words, code=0):
        return (self.dvc if who == "dvc" else self.as_dvc)(*words, code=code)

    def fill(self):
        for name, text in FILES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        (self.folder / "tool.sh").chmod(0o755)
        (self.folder / "raw" / "link.csv").symlink_to("a.csv")
        (self.folder / "raw" / "hollow").mkdir()

    def texts(self):
        """What git keeps: .dvc files and .gitignore, as bytes."""
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted(self.folder.rglob("*"))
                if path.is_file() and ".git/" not in str(path) and (path.suffix == ".dvc" or path.name in (".gitignore", "dvc.lock"))}

    def data(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted(self.folder.rglob("*"))
                if path.is_file() and not {".git", ".dvc"} & set(path.relative_to(self.folder).parts[:1]) and path.name not in (".gitignore", ".dvcignore") and path.suffix != ".dvc"}

    def assert_clean(self):
        assert self.dvc("status").stdout == CLEAN
        assert self.as_dvc("status").stdout == CLEAN
        assert self.cairn("data", "status").stdout == "Data is up to date.\n"


@pytest.fixture
def project(tmp_path):
    return Tree(begin(tmp_path))


def second(project, tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    return Tree(begin(folder))


ADDED = ["raw", "one.txt", "tool.sh", "deep/er/two.txt", "empty"]


def test_both_write_the_same_texts_and_objects(project, tmp_path):
    other = second(project, tmp_path)
    for one, words in ((project, ("data", "add")), (other, None)):
        one.fill()
        one.cairn(*words, *ADDED) if words else one.dvc("add", "-q", *ADDED)
    assert project.texts() == other.texts()
    assert {name: what for name, what in tree(project.cache / "files").items()} == {name: what for name, what in tree(other.cache / "files").items()}
    assert project.data() == other.data()
    project.assert_clean()
    other.assert_clean()


def test_each_goes_on_where_the_other_stopped(project):
    project.fill()
    project.dvc("add", "-q", *ADDED)
    project.commit("first")
    project.assert_clean()
    project.write("raw/new.csv", "new\n")
    (project.folder / "raw/a.csv").unlink()
    project.write("one.txt", "other\n")
    assert json.loads(project.dvc("status", "--json").stdout) == json.loads(project.as_dvc("status", "--json").stdout)
    assert sorted(project.dvc("status").stdout.splitlines()) == sorted(project.as_dvc("status").stdout.splitlines())
    project.as_dvc("status", "-q", code=1)
    refused = project.as_dvc("commit", code=1)
    assert "unable to commit changed stage: 'one.txt.dvc'" in refused.stderr
    project.as_dvc("commit", "-f")
    project.assert_clean()
    project.commit("second")
    project.write("raw/sub/more/x.txt", "x\n")
    project.dvc("add", "-q", "raw")
    project.assert_clean()
    project.commit("third")
    for revision, who in (("main~1", "cairn"), ("main~2", "cairn"), ("main", "dvc"), ("main~2", "dvc")):
        project.git("checkout", "-q", revision)
        project.by(who, "checkout", "-q")
        project.assert_clean()


def test_adding_inside_a_tracked_folder_is_the_same_with_both(project, tmp_path):
    other = second(project, tmp_path)
    for one, who in ((project, "cairn"), (other, "dvc")):
        one.fill()
        one.dvc("add", "-q", "raw")
        one.write("raw/a.csv", "longer than before\n")
        one.write("raw/more/n.txt", "n\n")
        one.write("raw/untold.txt", "not added\n")
        one.by(who, "add", "raw/a.csv", "raw/more")
    # DVC forgets the size then.
    assert project.texts()["raw.dvc"].replace(b"  size: 70\n", b"") == other.texts()["raw.dvc"]
    assert project.dvc("status", "--json").stdout == other.dvc("status", "--json").stdout


KINDS = {"copy": lambda path, object: not path.is_symlink() and path.stat().st_nlink == 1 and path.stat().st_mode & 0o200,
         "hardlink": lambda path, object: not path.is_symlink() and os.path.samefile(path, object) and stat.S_IMODE(path.stat().st_mode) == 0o444,
         "symlink": lambda path, object: path.is_symlink() and os.path.samefile(path, object)}


def assert_linked(project, kind):
    for name in ("raw/a.csv", "raw/sub/b.csv", "one.txt"):
        path = project.folder / name
        object = next(at for at in (project.cache / "files").rglob("*") if at.is_file() and at.read_bytes() == path.read_bytes())
        assert KINDS[kind](path, object), f"{name} is not a {kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_added_the_other_checks_out_with_every_kind_of_link(project, kind, thorough):
    """Each adds once and checks out once; the long version goes through the round again."""
    project.as_dvc("config", "cache.type", kind)
    for adder, placer in [("dvc", "cairn"), ("cairn", "dvc")] * (2 if thorough else 1):
        for name in ("raw/a.csv", "raw/sub/b.csv", "one.txt"):
            (project.folder / name).unlink(missing_ok=True)
            project.write(name, f"{name} by {adder}\n")
        project.by(adder, "add", "raw", "one.txt")
        assert_linked(project, kind)
        shutil.rmtree(project.folder / "raw")
        (project.folder / "one.txt").unlink()
        assert sorted(project.by(placer, "checkout").stdout.split()) == ["A", "A", "one.txt", "raw/"]
        assert_linked(project, kind)
        project.assert_clean()
        project.by(placer, "unprotect", "raw", "one.txt")
        for name in ("raw/a.csv", "one.txt"):
            assert KINDS["copy"](project.folder / name, None)
    project.assert_clean()


def test_a_folder_made_by_reflink_or_copy_is_the_same(project):
    project.dvc("config", "cache.type", "reflink,copy")
    project.fill()
    before = project.data()
    project.cairn("data", "add", "raw")
    shutil.rmtree(project.folder / "raw")
    project.cairn("data", "checkout", "raw.dvc")
    assert project.data() == before
    project.assert_clean()


def test_what_dvcignore_leaves_out_both_leave_out(project, tmp_path):
    other = second(project, tmp_path)
    for one, who in ((project, "cairn"), (other, "dvc")):
        one.fill()
        one.write(".dvcignore", "*.tmp\n/raw/sub/*\n!/raw/sub/deep\n")
        one.write("raw/x.tmp", "scratch\n")
        one.write("own.tmp", "scratch\n")
        one.by(who, "add", "raw")
        refused = one.by(who, "add", "own.tmp", code=1)
        assert "own.tmp" in refused.stderr and "ignore" in refused.stderr
    assert project.texts() == other.texts()
    project.write("raw/y.tmp", "more scratch\n")
    project.assert_clean()


def test_both_move_and_give_up_alike(project, tmp_path):
    other = second(project, tmp_path)
    for one, who in ((project, "cairn"), (other, "dvc")):
        one.fill()
        one.dvc("add", "-q", *ADDED)
        one.by(who, "mv", "one.txt", "renamed.txt")
        one.by(who, "move", "renamed.txt", "deep")
        one.by(who, "mv", "raw", "cooked")
        one.by(who, "remove", "empty.dvc")
        one.by(who, "rm", "--outs", "tool.sh.dvc")
    assert project.texts() == other.texts()
    assert project.data() == other.data()
    project.assert_clean()


def same_json(project, *words):
    theirs, ours = json.loads(project.dvc(*words, "--json").stdout), json.loads(project.as_dvc(*words, "--json").stdout)

    def ordered(value):
        if isinstance(value, dict):
            return {name: ordered(part) for name, part in value.items() if name != "git"}
        return sorted((ordered(part) for part in value), key=json.dumps) if isinstance(value, list) else value

    assert ordered(ours) == ordered(theirs), words
    return ours


def test_both_tell_the_same_differences(project):
    project.fill()
    project.dvc("add", "-q", "raw", "one.txt")
    project.commit("first")
    assert all(not items for items in same_json(project, "diff").values())
    project.write("raw/a.csv", "changed\n")
    project.write("raw/added.csv", "added\n")
    (project.folder / "raw/sub/b c.txt").rename(project.folder / "raw/sub/moved.txt")
    (project.folder / "one.txt").unlink()
    assert same_json(project, "diff", "--show-hash")["renamed"]
    assert sorted(project.as_dvc("diff").stdout.splitlines()) == sorted(project.dvc("diff").stdout.splitlines())
    same_json(project, "status")
    same_json(project, "data", "status", "--granular")
    project.dvc("commit", "-q", "-f", "raw.dvc")
    same_json(project, "data", "status")
    project.commit("second")
    same_json(project, "diff", "HEAD~1", "HEAD")
    assert "one.txt" in project.cairn("data", "status", code=1).stdout


def test_both_list_what_is_tracked(project):
    project.fill()
    project.dvc("add", "-q", *ADDED)
    names = project.dvc("ls", ".", "--dvc-only", "-R").stdout.splitlines()
    assert sorted(project.as_dvc("ls", ".", "--dvc-only", "-R").stdout.splitlines()) == sorted(names)
    theirs, ours = (json.loads(done.stdout) for done in (project.dvc("list", ".", "--dvc-only", "--json"), project.as_dvc("list", ".", "--dvc-only", "--json")))
    strip = lambda items: sorted(((item["path"], item["isout"], item["isdir"], item["md5"]) for item in items), key=str)
    assert strip(ours) == strip(theirs)


def test_outs_of_stages_are_checked_out_and_committed(project):
    project.write("dvc.yaml", "stages:\n  make:\n    cmd: mkdir -p out && echo made > out/a && echo two > b\n    outs: [out, b]\n")
    project.dvc("repro", "-q")
    project.cairn("data", "status")
    shutil.rmtree(project.folder / "out")
    project.cairn("data", "checkout", "make")
    assert (project.folder / "out/a").read_text() == "made\n"
    project.write("b", "by hand\n")
    assert "modified" in project.cairn("data", "status", code=1).stdout
    project.cairn("data", "commit", "b")
    assert project.dvc("status").stdout == CLEAN


def test_the_status_of_stages_tells_which_outs_changed(project):
    project.write("in", "in\n")
    project.write("dvc.yaml", "stages:\n  make:\n    cmd: cp in a && echo two > b\n    deps: [in]\n    outs: [a, b]\n  late:\n    cmd: cp a z\n    deps: [a]\n    outs: [z]\n")
    project.write("one.txt", "one\n")
    project.dvc("add", "-q", "one.txt")
    project.dvc("repro", "-q")
    same = project.as_dvc("status")
    assert same.stdout == "Data is up to date.\n" and "cairn status" in same.stderr, "what is not known is not claimed"
    assert "cairn status" in project.as_dvc("status", "-q", code=1).stderr
    project.write("b", "by hand\n")
    (project.folder / "z").unlink()
    project.write("one.txt", "changed\n")
    theirs, ours = (json.loads(done.stdout) for done in (project.dvc("status", "--json"), project.as_dvc("status", "--json")))
    assert ours == theirs == {"make": [{"changed outs": {"b": "modified"}}], "late": [{"changed outs": {"z": "deleted"}}], "one.txt.dvc": [{"changed outs": {"one.txt": "modified"}}]}
    assert sorted(project.as_dvc("status").stdout.splitlines()) == sorted(project.dvc("status").stdout.splitlines())
    project.as_dvc("status", "-q", code=1)


def test_before_the_first_commit_a_comparison_says_what_to_do(project):
    project.write("one.txt", "one\n")
    project.cairn("data", "add", "one.txt")
    refused = project.cairn("data", "diff", code=3)
    assert "git commit" in refused.stderr and "cairn data status --granular" in refused.stderr
    project.commit("first")
    assert project.cairn("data", "diff").stdout == "No difference.\n"



@pytest.mark.parametrize("collector", ["dvc", "cairn"])
def test_a_collection_by_either_leaves_both_whole(project, collector):
    project.fill()
    project.cairn("data", "add", "raw", "one.txt")
    project.commit("first")
    project.write("raw/a.csv", "changed\n")
    project.write("one.txt", "changed too\n")
    project.dvc("add", "-q", "raw", "one.txt")
    project.commit("second")
    before = len(tree(project.cache / "files"))
    if collector == "dvc":
        project.dvc("gc", "-w", "-f")
    else:
        project.cairn("data", "gc", "--workspace", "--older-than", "0s", "--delete")
    assert len(tree(project.cache / "files")) == before - 2
    project.assert_clean()
    assert project.cairn("data", "check").stdout.startswith("The store is sound")
    # What is gone is noticed, and added again.
    project.git("checkout", "-q", "HEAD~1")
    assert "not in cache" in project.as_dvc("status").stdout
    failed = project.cairn("data", "checkout", code=1)
    assert "one.txt" in failed.stderr and "not in the cache" in failed.stderr
    assert (project.folder / "one.txt").read_text() == "changed too\n"
    project.write("one.txt", FILES["one.txt"])
    project.write("raw/a.csv", FILES["raw/a.csv"])
    project.cairn("data", "add", "raw", "one.txt")
    project.assert_clean()


def test_what_dvc_2_added_stays_until_it_changes(project):
    """DVC 2 took the MD5 of a text with Windows' line ends as if they were Unix's, and kept objects elsewhere."""
    digest = "e5ebd4c02cefbe7955977c67ada242b7"
    project.write(f".dvc/cache/{digest[:2]}/{digest[2:]}", "")
    (project.cache / digest[:2] / digest[2:]).write_bytes(b"a,b\r\n1,2\r\n")
    (project.cache / digest[:2] / digest[2:]).chmod(0o444)
    project.write("old.csv.dvc", f"outs:\n- md5: {digest}\n  size: 10\n  path: old.csv\n")
    project.write(".gitignore", "/old.csv\n")
    before = project.texts()
    project.cairn("data", "checkout")
    assert (project.folder / "old.csv").read_bytes() == b"a,b\r\n1,2\r\n"
    project.assert_clean()
    project.cairn("data", "add", "old.csv")
    assert project.texts() == before
    project.write("old.csv", "a,b\n3,4\n")
    project.cairn("data", "commit")
    assert b"hash: md5" in project.texts()["old.csv.dvc"]
    project.assert_clean()


def test_many_may_add_at_once(project):
    names = [f"{kind}{i}" for i in range(8) for kind in ("file", "folder")]
    for name in names:
        project.write(name if name.startswith("file") else f"{name}/x", f"{name} or shared\n"[4:])
    calls = [subprocess.Popen([str(CAIRN), "data", "add", name], cwd=project.folder, env=project.environment, stderr=subprocess.PIPE) for name in names]
    said = [call.communicate()[1] for call in calls]
    assert [call.returncode for call in calls] == [0] * len(names), said
    assert sorted((project.folder / ".gitignore").read_text().split()) == sorted("/" + name for name in names)
    assert project.cairn("data", "check").stdout.startswith("The store is sound")
    project.assert_clean()


def bytes_read(project, *words):
    """How much a command read by read(2), as the kernel counts it for a shell and the children it waited for."""
    script = 'cat /proc/$$/io; "$@" > /dev/null 2>&1; cat /proc/$$/io'
    done = subprocess.run(["sh", "-c", script, "sh", str(CAIRN), *words], cwd=project.folder, env=project.environment, capture_output=True, text=True, check=True)
    before, after = (int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("rchar"))
    return after - before


def test_what_did_not_change_is_not_read_again(project):
    size, count = 1 << 20, 16
    (project.folder / "raw").mkdir()
    for i in range(count):
        (project.folder / f"raw/{i}.bin").write_bytes(bytes([i]) * size)
        # Older than a clock's tick, so that the stamp can be trusted.
        os.utime(project.folder / f"raw/{i}.bin", (1_600_000_000, 1_600_000_000))
    own = bytes_read(project, "data", "status")
    assert bytes_read(project, "data", "add", "raw") > size * count
    project.cairn("data", "status")
    assert bytes_read(project, "data", "status") < own + size
    assert bytes_read(project, "data", "add", "raw") < own + size
    (project.folder / "raw/3.bin").write_bytes(b"x" * 100)
    (project.folder / "raw/new.bin").write_bytes(b"new")
    (project.folder / "raw/4.bin").unlink()
    assert bytes_read(project, "data", "add", "raw") < own + size
    project.assert_clean()
    # Bytes that change behind an unchanged size and time are seen by the time of the change itself.
    path = project.folder / "raw/5.bin"
    times = path.stat()
    path.write_bytes(b"\xff" * size)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert "raw" in project.cairn("data", "status", code=1).stdout


BAD = {
    "a missing path": (["nope"], 3, "nope"),
    "a folder that holds a tracked path": (["deep"], 2, "tracked by itself"),
    "a file that git keeps": (["kept.txt"], 2, "git keeps it already"),
    "a path and the folder that holds it": (["new", "new/a"], 2, "is added as well"),
    "a path outside": (["../away.txt"], 2, "outside the repository"),
    "the repository itself": (["."], 2, "repository itself"),
    "a text of DVC's own": (["one.txt.dvc"], 2, "texts"),
    "a link that leads nowhere": (["dangling"], 3, "leads nowhere"),
    "a folder with such a link": (["broken"], 3, "leads nowhere"),
    "the output of a stage": (["made.txt"], 2, "stage"),
    "a good path beside a bad one": (["new/a", "nope"], 3, "nope"),
    "a path behind a link": (["way/a"], 2, "link"),
    "a pipe": (["pipe"], 2, "neither a file nor a folder"),
}


def test_what_cannot_be_added_is_said_and_changes_nothing(project):
    project.fill()
    project.write("kept.txt", "git\n")
    project.write("new/a", "new\n")
    (project.folder.parent / "away.txt").write_text("away\n")
    (project.folder / "dangling").symlink_to("nowhere")
    (project.folder / "broken").mkdir()
    (project.folder / "broken" / "link").symlink_to("nowhere")
    (project.folder / "way").symlink_to("new")
    os.mkfifo(project.folder / "pipe")
    project.write("dvc.yaml", "stages:\n  make:\n    cmd: echo made > made.txt\n    outs: [made.txt]\n")
    project.dvc("repro", "-q")
    project.dvc("add", "-q", "one.txt", "deep/er/two.txt")
    project.git("add", "kept.txt", "one.txt.dvc", "deep", ".gitignore")
    before, objects = project.texts(), tree(project.cache / "files")
    for case, (words, code, sentence) in BAD.items():
        refused = project.cairn("data", "add", *words, code=code)
        assert sentence in refused.stderr, f"{case}: {refused.stderr}"
        assert project.texts() == before, case
        assert tree(project.cache / "files").items() >= objects.items(), case


def test_names_that_are_not_text_are_kept_with_a_warning(project):
    name = pathlib.Path(os.fsdecode(os.fsencode(project.folder) + b"/raw/\xff.txt"))
    project.write("raw/a", "a\n")
    name.write_bytes(b"x")
    added = project.cairn("data", "add", "raw")
    assert "not UTF-8" in added.stderr
    shutil.rmtree(project.folder / "raw")
    project.cairn("data", "checkout")
    assert name.read_bytes() == b"x"
    project.cairn("data", "status")
    name.rename(project.folder / os.fsdecode(b"\xfe"))
    refused = project.cairn("data", "add", os.fsdecode(b"\xfe"), code=2)
    assert "not UTF-8" in refused.stderr


def test_unsaved_work_is_not_overwritten(project):
    project.fill()
    project.cairn("data", "add", "raw", "one.txt")
    project.write("one.txt", "unsaved\n")
    project.write("raw/a.csv", "unsaved\n")
    project.write("raw/extra.csv", "unsaved too\n")
    before = project.data()
    for call in (project.as_dvc("checkout", code=255), project.cairn("data", "checkout", code=1), project.dvc("checkout", code=255)):
        assert "--force" in call.stderr
        assert project.data() == before
    refused = project.cairn("data", "rm", "--outs", "one.txt", code=4)
    assert "one.txt" in refused.stderr
    assert project.data() == before
    assert sorted(project.as_dvc("checkout", "-f").stdout.split()) == ["M", "M", "one.txt", "raw/"]
    assert (project.folder / "one.txt").read_text() == FILES["one.txt"]
    assert not (project.folder / "raw/extra.csv").exists()
    project.assert_clean()


def test_a_damaged_object_is_named_and_no_longer_trusted(project):
    project.fill()
    project.cairn("data", "add", "raw", "one.txt")
    (damaged,) = (path for path in (project.cache / "files").rglob("*") if path.is_file() and path.read_bytes() == b"single\n")
    damaged.chmod(0o644)
    damaged.write_bytes(b"sinGle\n")
    damaged.chmod(0o444)
    found = project.cairn("data", "check", code=1)
    assert "one.txt" in found.stdout
    assert "not in cache" in project.dvc("status").stdout
    project.cairn("data", "add", "one.txt")
    project.cairn("data", "check")
    project.assert_clean()


def test_both_begin_alike(tmp_path):
    one = begin(tmp_path)

    def begun(name, init, *words):
        one.folder = tmp_path / name
        one.folder.mkdir()
        one.git("init", "-q", "-b", "main")
        (one.folder / "sub").mkdir()
        init(*words, "init", "-q")
        one.folder = one.folder / "sub"
        init(*words, "init", "-q", "--subdir")
        one.folder = tmp_path / name
        return {path: what for path, what in tree(one.folder).items() if not path.startswith(".git/") and "/tmp/" not in path}

    assert begun("theirs", one.dvc) == begun("ours", one.as_dvc)
    one.write("sub/x.txt", "x\n")
    assert "another repository" in one.cairn("data", "add", "sub/x.txt", code=2).stderr
    one.folder = one.folder / "sub"
    one.cairn("data", "add", "x.txt")
    assert one.dvc("status").stdout == CLEAN
    assert "already" in one.cairn("data", "init", code=4).stderr
    one.folder = tmp_path
    assert "cairn data init" in one.cairn("data", "add", "x.txt", code=3).stderr
    assert one.as_dvc("add", "x.txt", code=253).stderr == one.dvc("add", "x.txt", code=253).stderr
