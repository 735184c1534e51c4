"""Documents that something was done to: the reader of PMML gives an answer or a sentence, whatever comes, in bounded memory and time."""

import collections
import json
import pathlib
import subprocess
import sys

from test_pmml import own_documents

MUTANTS, SEED = 30, 20260


def test_a_mutant_is_read_or_refused_with_a_sentence(tmp_path):
    own_documents(tmp_path)
    documents = len(list(tmp_path.glob("*.pmml")))
    words = [sys.executable, pathlib.Path(__file__).with_name("pmml_mutants.py"), str(tmp_path), str(MUTANTS), str(SEED)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    odd = [one for one in told if one["came"] not in ("read", "refused")]
    assert not odd, f"{odd[0]}; its bytes are in {tmp_path}"
    assert done.returncode == 0 and len(told) == documents * MUTANTS, done.stderr[-2000:]
    came = collections.Counter(one["came"] for one in told)
    assert min(came["read"], came["refused"]) > len(told) / 20, f"{came}: mutants that are all the same show nothing"
