"""How much work a regular expression makes of a text: its steps counted, not timed.

Python's own engine counts nothing, so its method is followed here step by step over its own parse tree: one thing after
the other, the longest first, back where it goes no further. What it leaves out by shortcuts only makes it cheaper.
"""

from __future__ import annotations

import re
import re._constants as c  # type: ignore[import-not-found] # the engine's own names of its nodes
import re._parser as parser  # type: ignore[import-not-found] # and its parse tree
from collections.abc import Callable, Iterator
from typing import Any

Node = tuple[Any, Any]
Then = Callable[[int], bool]
LONG = 40
"""A repetition of more than this counts as one without end: work that grows with such a bound is to be known."""


class TooMuchError(Exception):
    """More steps than were allowed."""


def parsed(pattern: re.Pattern[Any]) -> list[Node]:
    """Return the parse tree of a pattern."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = pattern.flags & ~re.UNICODE if isinstance(source, bytes) else pattern.flags
    return list(parser.parse(text, flags))


def steps(pattern: re.Pattern[Any], text: str, most: int, *, is_search: bool = True) -> int:
    """Return the steps of a search at every place, or of a match at the first; raises TooMuchError beyond `most`."""
    work = _Work(text, pattern.flags, most)
    work.finds(parsed(pattern), is_search=is_search)  # what follows a match is searched anew: other pumps show it
    return work.count


def finds(pattern: re.Pattern[Any], text: str) -> bool:
    """True if the search finds anything."""
    return _Work(text, pattern.flags, 10**7).finds(parsed(pattern), is_search=True)


def walked(nodes: Any) -> Iterator[Node]:  # noqa: ANN401 - a parse tree has no type
    """Yield every node of a parse tree, outer ones first."""
    for op, argument in nodes:
        yield op, argument
        for inner in _inside(op, argument):
            yield from walked(inner)


def _inside(op: Any, argument: Any) -> list[Any]:  # noqa: ANN401 - as above
    if op in _REPEATS:
        return [argument[2]]
    if op is c.SUBPATTERN:
        return [argument[3]]
    if op is c.BRANCH:
        return list(argument[1])
    if op in {c.ASSERT, c.ASSERT_NOT}:
        return [argument[1]]
    if op is c.ATOMIC_GROUP:
        return [argument]
    if op is c.GROUPREF_EXISTS:
        return [entry for entry in argument[1:] if entry is not None]
    return []


_REPEATS = {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}
_SINGLE = {c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN}


def is_long(node: Node) -> bool:
    """True if a node repeats something without a small end."""
    op, argument = node
    return op in _REPEATS and (argument[1] is c.MAXREPEAT or argument[1] > LONG)


def fits(node: Node, sign: str, flags: int) -> bool:
    """True if a node for one character takes this one."""
    op, argument = node
    if op is c.ANY:
        return bool(flags & re.DOTALL) or sign != "\n"
    signs = {sign, sign.lower(), sign.upper()} if flags & re.IGNORECASE else {sign}
    codes = {ord(text) for text in signs if len(text) == 1}
    if op is c.LITERAL:
        return argument in codes
    if op is c.NOT_LITERAL:
        return argument not in codes
    is_negated = argument[0][0] is c.NEGATE
    return is_negated is not any(_member(entry, codes, sign) for entry in argument if entry[0] is not c.NEGATE)


def _member(node: Node, codes: set[int], sign: str) -> bool:
    op, argument = node
    if op is c.LITERAL:
        return argument in codes
    if op is c.RANGE:
        return any(argument[0] <= code <= argument[1] for code in codes)
    name = str(argument)
    is_in = {
        "DIGIT": sign.isdecimal(),
        "SPACE": sign.isspace(),
        "WORD": sign.isalnum() or sign == "_",
    }[name.rpartition("_")[2]]
    return is_in is not ("_NOT_" in name)


class _Work:
    def __init__(self, text: str, flags: int, most: int) -> None:
        self.text = text
        self.flags = flags
        self.most = most
        self.count = 0
        self.groups: dict[int, tuple[int, int]] = {}

    def finds(self, tree: list[Node], *, is_search: bool) -> bool:
        """True if the tree matches at any place, or at the beginning."""
        for start in range(len(self.text) + 1 if is_search else 1):
            self.groups = {}
            if self.run(tree, 0, start, lambda _: True):
                return True
        return False

    def step(self) -> None:
        self.count += 1
        if self.count > self.most:
            raise TooMuchError

    def run(self, nodes: list[Node], at: int, place: int, then: Then) -> bool:
        """Match the nodes from one of them on at a place of the text, then what follows."""
        self.step()
        if at == len(nodes):
            return then(place)
        op, argument = nodes[at]
        go_on: Then = lambda end: self.run(nodes, at + 1, end, then)  # noqa: E731 - what follows this node
        if op in _SINGLE:
            return place < len(self.text) and fits(nodes[at], self.text[place], self.flags) and go_on(place + 1)
        if op is c.AT:
            return self._is_at(str(argument), place) and go_on(place)
        if op is c.BRANCH:
            return any(self.run(list(entry), 0, place, go_on) for entry in argument[1])
        if op is c.SUBPATTERN:
            return self._group(argument, place, go_on)
        if op in _REPEATS:
            return self._repeat(op, argument, place, go_on)
        return self._other(op, argument, place, go_on)

    def _other(self, op: Any, argument: Any, place: int, go_on: Then) -> bool:  # noqa: ANN401 - as above
        if op is c.ATOMIC_GROUP:
            end = self._first_end(list(argument), place)
            return end is not None and go_on(end)
        if op in {c.ASSERT, c.ASSERT_NOT}:
            direction, inner = argument
            start = place if direction > 0 else place - inner.getwidth()[0]
            is_there = start >= 0 and self.run(list(inner), 0, start, lambda end: direction > 0 or end == place)
            return is_there is (op is c.ASSERT) and go_on(place)
        if op is c.GROUPREF:
            begin, end = self.groups.get(argument, (0, -1))
            said = self.text[begin:end]
            return end >= 0 and self.text.startswith(said, place) and go_on(place + len(said))
        raise NotImplementedError(op)

    def _first_end(self, nodes: list[Node], place: int) -> int | None:
        ends: list[int] = []

        def then(end: int) -> bool:
            ends.append(end)
            return True

        return ends[0] if self.run(nodes, 0, place, then) else None

    def _group(self, argument: Any, place: int, go_on: Then) -> bool:  # noqa: ANN401 - as above
        number, add, remove, inner = argument
        before, flags = self.groups.get(number), self.flags
        self.flags = flags & ~remove | add

        def then(end: int) -> bool:
            self.flags = flags
            if number is not None:
                self.groups[number] = (place, end)
            if go_on(end):
                return True
            self.flags = flags & ~remove | add
            return False

        is_found = self.run(list(inner), 0, place, then)
        self.flags = flags
        if not is_found and before is not None:
            self.groups[number] = before
        return is_found

    def _repeat(self, op: Any, argument: Any, place: int, go_on: Then) -> bool:  # noqa: ANN401 - as above
        least, most, body = argument
        inner = list(body)
        if len(inner) == 1 and inner[0][0] in _SINGLE:
            return self._single(op, argument, inner[0], place, go_on)
        if op is c.POSSESSIVE_REPEAT:
            times = 0
            while times < most:
                end = self._first_end(inner, place)
                if end is None or end == place:
                    break
                place, times = end, times + 1
            return times >= least and go_on(place)

        def once_more(times: int, here: int) -> bool:
            def again(end: int) -> bool:
                return end != here and once_more(times + 1, end)

            def more() -> bool:
                return (most is c.MAXREPEAT or times < most) and self.run(inner, 0, here, again)

            def enough() -> bool:
                return times >= least and go_on(here)

            return (more() or enough()) if op is c.MAX_REPEAT else (enough() or more())

        return once_more(0, place)

    def _single(self, op: Any, argument: Any, node: Node, place: int, go_on: Then) -> bool:  # noqa: ANN401 - as above
        least, most, _ = argument
        count, end = 0, len(self.text)
        if op is c.MIN_REPEAT:
            while True:
                if count >= least and go_on(place + count):
                    return True
                self.step()
                if place + count >= end or count >= most or not fits(node, self.text[place + count], self.flags):
                    return False
                count += 1
        while place + count < end and count < most and fits(node, self.text[place + count], self.flags):
            self.step()
            count += 1
        if op is c.POSSESSIVE_REPEAT:
            return count >= least and go_on(place + count)
        return any(go_on(place + taken) for taken in range(count, least - 1, -1))

    def _is_at(self, where: str, place: int) -> bool:
        text = self.text
        if where in {"AT_BEGINNING", "AT_BEGINNING_STRING"}:
            return place == 0 or (
                where == "AT_BEGINNING" and bool(self.flags & re.MULTILINE) and text[place - 1] == "\n"
            )
        if where in {"AT_END", "AT_END_STRING"}:
            return place == len(text) or (where == "AT_END" and text[place:] == "\n")
        sides = [
            0 <= number < len(text) and (text[number].isalnum() or text[number] == "_") for number in (place - 1, place)
        ]
        return (sides[0] is not sides[1]) is (where == "AT_BOUNDARY")
