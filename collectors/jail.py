"""The rights that the reading process gives up before it reads: memory, time, the network, other processes, files.

An attacker who takes it over by a hole in a parser finds nothing to go on with. The network and other processes are
shut by a filter on system calls (seccomp), files other than the program's own by Landlock: the settings, the database,
and what the system tells of the service itself. Neither needs any rights; where the kernel has none, `shut` says so.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

MEMORY = 192 * 1024**2
"""Bytes of address space, the program itself among them: what pages take is less than half, and with what the service
takes itself it stays below 400 MB."""
_FILES = 64
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # 1: EPERM
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
"""Where the numbers of x86-64's second set of calls begin."""

_TEST = 0x45
_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446
_PACKAGES = ("collectors", "monitor")
_ALL_OF_FILES, _READ_FILE, _READ_FOLDER = 0x1FFF, 0x4, 0x8
"""Rights of Landlock's first version, which every later one knows."""
_CHANGES = 0o1 | 0o2 | 0o100 | 0o1000
"""The flags of opening a file that is to be written, made or emptied."""

_EVERYWHERE = (424, 425, 426, 427, 434, 435, 437, 438, 452)
"""pidfd_send_signal, io_uring, pidfd_open, clone3, openat2, pidfd_getfd, fchmodat2: alike on all machines."""
_OPENING = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}
"""open and openat, and which of their arguments says what for."""
_CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (
            *range(41, 51),  # socket, connect, accept, sendto, recvfrom, sendmsg, recvmsg, shutdown, bind, listen
            *(53, 288, 299, 307),  # socketpair, accept4, recvmmsg, sendmmsg
            *(56, 57, 58, 59, 322),  # clone, fork, vfork, execve, execveat
            *(62, 101, 129, 200, 234, 297, 310, 311, 312),  # signals, ptrace, another's memory
            *(76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94),  # truncate, rename, unlink, link, modes, owners
            *(258, 260, 263, 264, 265, 266, 268, 316),  # the same, by folder
            *(155, 161, 165, 166, 272, 308, 321, 323),  # mounts, namespaces, bpf, userfaultfd
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *range(198, 213),  # socket, socketpair, bind, listen, accept, connect, …, sendto, recvfrom, …, recvmsg
            *(242, 243, 269),  # accept4, recvmmsg, sendmmsg
            *(220, 221, 281),  # clone, execve, execveat
            *(117, 129, 130, 131, 138, 240, 270, 271, 272),
            *(33, 34, 35, 36, 37, 38, 45, 46, 52, 53, 54, 55, 276),
            *(39, 40, 41, 51, 97, 268, 280, 282),
        ),
    ),
}


def limit(memory: int = MEMORY) -> bool:
    """Bound memory (bytes), open files and what can be written, for good; whether the system lets it."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):
            return False
    return True


def allow_time(seconds: float) -> None:
    """Let the kernel end the process after this much more work; rounded up, for it counts whole seconds."""
    used = int(time.process_time())
    with suppress(OSError, ValueError):  # the process that waits for the page has a clock too
        resource.setrlimit(resource.RLIMIT_CPU, (used + int(seconds) + 2, resource.RLIM_INFINITY))


def shut() -> tuple[str, ...]:
    """Have the kernel refuse the network, other processes and all files but the program's; return what it cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.argtypes = [ctypes.c_long] * 5
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if not sys.platform.startswith("linux") or libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return ("files", "network")
    tried = (("files", _shut_files), ("network", _shut_calls))
    return tuple(name for name, attempt in tried if not attempt(libc))


def _shut_calls(libc: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in _CALLS:
        return False
    arch, calls = _CALLS[machine]
    program = _program(arch, sorted({*calls, *_EVERYWHERE}), _OPENING[machine])
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(filter_), 0, 0) == 0)


def _shut_files(libc: ctypes.CDLL) -> bool:
    """Leave the program's own files to be read, and the names in the folders in which it looks for them."""
    handled = ctypes.create_string_buffer(struct.pack("Q", _ALL_OF_FILES))
    rules = libc.syscall(_CREATE_RULES, ctypes.addressof(handled), 8, 0, 0)
    if rules < 0:
        return False
    for place, wanted in _own_files():
        with suppress(OSError):
            there = os.open(place, os.O_PATH)
            allowed = wanted if os.path.isdir(place) else _READ_FILE  # noqa: PTH112 - as they stand in sys.path
            rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, there))
            libc.syscall(_ADD_RULE, rules, 1, ctypes.addressof(rule), 0)
            os.close(there)
    is_shut: bool = libc.syscall(_RESTRICT, rules, 0, 0, 0) == 0
    os.close(rules)
    return is_shut


def _own_files() -> Iterator[tuple[str, int]]:
    """Yield the places of the interpreter, the system's libraries and the packages, and what may be done there."""
    of_python = tuple({sys.base_prefix, sys.prefix, "/usr", "/lib", "/lib64", "/etc/localtime", "/etc/ld.so.cache"})
    own = (place for name in _PACKAGES if name in sys.modules for place in sys.modules[name].__path__)
    for place in (*of_python, *own):  # the packages may lie outside of the path, where something else finds them
        yield place, _READ_FILE | _READ_FOLDER
    for place in sys.path:
        if place.startswith(of_python):
            continue
        yield place, _READ_FOLDER
        with suppress(OSError), os.scandir(place) as found:
            for entry in found:
                if entry.name.endswith(".py") or os.path.exists(f"{entry.path}/__init__.py"):  # noqa: PTH110 - as above
                    yield entry.path, _READ_FILE | _READ_FOLDER


def _program(arch: int, refused: list[int], opening: tuple[tuple[int, int], ...]) -> bytes:
    """Return the filter in the kernel's form: another machine's calls kill, refused ones fail, the rest go on.

    A jump counts instructions up to 255, so each refusal stands right behind its question.
    """
    steps = [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number, argument in opening:
        steps += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, 16 + 8 * argument), (_TEST, 0, 1, _CHANGES)]
        steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
