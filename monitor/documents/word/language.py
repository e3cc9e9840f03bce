"""What a template may say: fields, loops over lists of fields, and conditions. Nothing else is carried out.

Templates are files that somebody may have been sent. So the syntax tree is read before any of it runs: there are no
calls, no arithmetic, no imports, and a loop inside a loop goes over a part of what the outer one gives, so that the
work grows with the document and never with its square. jinja2's sandbox stands behind that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from monitor.documents.word.fields import FIELDS, TemplateField
from monitor.documents.word.xml import xml_text

_LOOP = TemplateField(
    name="loop",
    said="",
    parts=tuple(TemplateField(name=name, said="") for name in ("first", "last", "index", "length")),
)
_FILTERS = ("length",)
_Scope = Mapping[str, TemplateField]
_CONDITIONS = (nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Const)


_TAG = re.compile(r"<(/?)([^\s<>/]+)([\s/][^<>]*)?>")
MISPLACED = "循环或条件没有放好：{%p for … %}、{%p if … %} 和它们的 end 要各自单独成段"


class TemplateFaultError(ValueError):
    """A template says what it must not; the argument is what is wrong, in Chinese, without the file's name."""


class Language(SandboxedEnvironment):
    """Jinja2 for templates of one kind of document: `facts` are the names that this kind has beside the common ones."""

    def __init__(self, facts: Iterable[str] = ()) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_printed)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {}
        self.globals = {}
        self._fields = (*FIELDS, *(TemplateField(name=name, said="") for name in facts))

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - jinja2 calls it so
        template_class: type[Template] | None = None,
    ) -> Template:
        """Return the template; raises TemplateFaultError for what it must not say."""
        try:
            tree = source if isinstance(source, nodes.Template) else self.parse(source)
        except TemplateSyntaxError as error:
            raise TemplateFaultError(_syntax(error)) from error
        _Reader().read(tree.body, {field.name: field for field in self._fields})
        return super().from_string(tree, globals, template_class)


def _printed(value: object) -> Markup:
    return Markup(xml_text(value))  # noqa: S704 - xml_text has escaped it


def _syntax(error: TemplateSyntaxError) -> str:
    said = str(error.message or "")
    if "endfor" in said or "endif" in said or "Unexpected end" in said or "unknown tag" in said:
        return "循环或条件没有成对：每个 {%p for … %} 要有 {%p endfor %}，每个 {%p if … %} 要有 {%p endif %}"
    return "有写错的 {{ }} 或 {% %}，请检查括号是否成对、字段名里有没有空格"


class _Reader:
    """Reads a syntax tree, and refuses what is not allowed."""

    def __init__(self, item: str | None = None) -> None:
        self._item = item
        """What the innermost loop calls what it gives; None outside of loops."""

    def read(self, body: Iterable[nodes.Node], scope: _Scope) -> None:
        """Read statements where these names can be used."""
        for node in body:
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        self._printable(part, scope)
                case nodes.If():
                    self._condition(node.test, scope)
                    for branch in (node.body, node.elif_, node.else_):
                        _check_even(branch)
                        self.read(branch, scope)
                case nodes.For():
                    self._loop(node, scope)
                case _:
                    raise _unknown(node)

    def _loop(self, node: nodes.For, scope: _Scope) -> None:
        if node.test is not None or node.recursive or node.else_ or not isinstance(node.target, nodes.Name):
            raise TemplateFaultError("for 只能写作 {%p for 名称 in 列表 %}")
        items = self._field(node.iter, scope)
        if not items.is_list:
            raise TemplateFaultError(f"“{items.name}”不是列表，不能用 for 逐项列出")
        if self._item is not None and not _is_part(node.iter, self._item):
            raise TemplateFaultError(f"for 里面的 for 只能列出“{self._item}”的内容，不能再列出“{items.name}”")
        _check_even(node.body)
        item = TemplateField(name=node.target.name, said="", parts=items.parts)
        _Reader(item.name).read(node.body, {**scope, item.name: item, _LOOP.name: _LOOP})

    def _printable(self, node: nodes.Node, scope: _Scope) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        if isinstance(node, nodes.Filter):
            self._condition(node, scope)
            return
        field = self._field(node, scope)
        if field.is_list:
            raise TemplateFaultError(f"“{field.name}”是列表，要用 for 逐项列出")
        if field.parts:
            raise TemplateFaultError(f"“{field.name}”要写明是哪一项内容，如“{field.name}.{field.parts[0].name}”")

    def _condition(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.Name() | nodes.Getattr():
                self._field(node, scope)
            case nodes.Filter(name=name, node=nodes.Node() as of, args=[]) if name in _FILTERS:
                self._field(of, scope)
            case _ if isinstance(node, _CONDITIONS):
                for part in node.iter_child_nodes():
                    self._condition(part, scope)
            case _:
                raise _unknown(node)

    def _field(self, node: nodes.Node, scope: _Scope) -> TemplateField:
        match node:
            case nodes.Name():
                return _found(node.name, scope)
            case nodes.Getattr():
                whole = self._field(node.node, scope)
                return _found(node.attr, {} if whole.is_list else {part.name: part for part in whole.parts})
            case _:
                raise _unknown(node)


def _check_even(body: Iterable[nodes.Node]) -> None:
    """Refuse statements that cannot be left out or repeated without leaving half an element behind."""
    ends: list[str] = []
    begun: list[str] = []
    outputs = (part for node in body if isinstance(node, nodes.Output) for part in node.nodes)
    for end, name, rest in _TAG.findall("".join(part.data for part in outputs if isinstance(part, nodes.TemplateData))):
        if rest.endswith("/"):
            continue
        if not end:
            begun.append(name)
        elif not begun:
            ends.append(name)
        elif begun.pop() != name:
            raise TemplateFaultError(MISPLACED)
    if ends != begun[::-1]:
        raise TemplateFaultError(MISPLACED)


def _is_part(node: nodes.Node, item: str) -> bool:
    return isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name == item


def _found(name: str, scope: _Scope) -> TemplateField:
    if name in scope:
        return scope[name]
    near = get_close_matches(name, list(scope), n=1, cutoff=0.5)
    hint = f"（是否应为“{near[0]}”？）" if near else ""
    raise TemplateFaultError(f"没有字段“{name}”{hint}")


def _unknown(node: nodes.Node) -> TemplateFaultError:
    name = node.name if isinstance(node, nodes.Filter) else type(node).__name__
    return TemplateFaultError(f"只能使用字段、for 和 if，不能使用“{name}”")
