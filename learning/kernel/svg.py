"""SVG from content files, held to an allow-list.

An SVG is a document that can run scripts and call home. Although ours are only ever shown by
`<img>` and served under a policy of their own, what could do either is refused here, with its line.
"""

import re
from xml.parsers import expat

from learning.kernel.content import FileProblems

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_ELEMENTS = frozenset(
    "svg g defs title desc metadata path rect circle ellipse line polyline polygon text tspan "
    "textPath marker linearGradient radialGradient stop clipPath mask pattern use symbol style "
    "filter feGaussianBlur feOffset feMerge feMergeNode feFlood feComposite".split()
)
# CSS and presentation attributes may point into their own document only.
_FOREIGN_CSS = re.compile(r"@import|expression\s*\(|url\(\s*['\"]?(?!\s*['\"]?#)|\\", re.IGNORECASE)


def check_svg(content: bytes, problems: FileProblems) -> None:
    """Report everything in an SVG that is not plain drawing, each at its line."""
    _SvgCheck(problems).run(content)


class _SvgCheck:
    """Walks one SVG by expat, which knows lines.

    A document type ends the walk: entities are declared there.
    """

    def __init__(self, problems: FileProblems) -> None:
        self._problems = problems
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._element
        self._parser.CharacterDataHandler = self._text
        self._parser.EndElementHandler = self._end
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._path: list[str] = []
        self._style: list[str] = []

    def run(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            self._problems.add(error.lineno, "", "svg_syntax", f"SVG 语法错误：{words}")
        except _Stop:
            pass

    def _report(self, code: str, message: str) -> None:
        self._problems.add(self._parser.CurrentLineNumber, "", code, message)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._path:
            self._root(space, local, attributes)
        elif space == _SVG and local not in _ELEMENTS:
            self._report("svg_element", f"SVG 中不许有 <{local}>")
        elif space != _SVG and "metadata" not in self._path:
            self._report("svg_element", f"SVG 中不许有其他命名空间的 <{local}>")
        self._path.append(local)
        for key, value in attributes.items():
            self._attribute(key, value)

    def _root(self, space: str, local: str, attributes: dict[str, str]) -> None:
        if (space, local) != (_SVG, "svg"):
            self._report("svg_root", f'根元素应为 <svg xmlns="{_SVG}">')
        elif "viewBox" not in attributes:
            self._report("svg_viewbox", "<svg> 没有 viewBox，图不能随页宽缩放")

    def _attribute(self, key: str, value: str) -> None:
        space, _, local = key.rpartition(" ")
        if local.lower().startswith("on"):
            self._report("svg_handler", f"SVG 中不许有事件属性 {local}")
        elif local == "href" and space in {"", _XLINK} and not value.strip().startswith("#"):
            self._report("svg_href", f"SVG 只能引用自身的部件（#…），现为“{value[:60]}”")
        elif local == "base" or _FOREIGN_CSS.search(value):
            self._report("svg_foreign", f"SVG 的 {local} 引用了文件以外的内容")

    def _text(self, data: str) -> None:
        if self._path and self._path[-1] == "style":
            self._style.append(data)

    def _end(self, _name: str) -> None:
        if self._path.pop() == "style":
            if _FOREIGN_CSS.search("".join(self._style)):
                self._report("svg_foreign", "SVG 的 <style> 引用了文件以外的内容")
            self._style.clear()

    def _instruction(self, target: str, _data: str) -> None:
        self._report("svg_instruction", f"SVG 中不许有处理指令 <?{target}?>")

    def _doctype(self, *_declaration: object) -> None:
        self._report("svg_doctype", "SVG 中不许有 <!DOCTYPE>")
        raise _Stop


class _Stop(Exception):  # noqa: N818 - not an error: nothing more is read
    """Ends the walk."""
