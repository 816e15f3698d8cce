"""The expressions of parametric items: arithmetic over declared names, and nothing else.

An expression is read into Python's syntax tree, every node of which must be on the list below, and
becomes a function over a scope (name → value). Nothing is ever executed as Python: there are no
attributes, subscripts, calls of anything but `FUNCTIONS`, loops, or names beyond the declared ones.
The cost is bounded: 500 characters, 200 nodes, and numbers that do not grow (see `numbers`).

    + - * / // % **     < <= > >= == !=     and or not     a if condition else b     pi
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import lru_cache

from learning.question_bank.variants.functions import FUNCTIONS, OutOfDomainError, call, power
from learning.question_bank.variants.numbers import CONTEXT, compared

MAX_LENGTH = 500
MAX_NODES = 200
MAX_DIGITS = 30
MAX_WORD = 60
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}")
RESERVED = frozenset(
    {"pi", "value", "and", "or", "not", "if", "else", "in", "is", "lambda", *FUNCTIONS}
)
PI = Decimal("3.141592653589793238462643383279502884197")

Value = Decimal | str | bool
Scope = Mapping[str, Value]
_Node = Callable[[Scope], Value]

_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# What starts like a number must be one to its end: Python warns about 1if and reads 0x1F and 1j.
_TOKEN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]*|(?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-]|[0-9A-Za-z_.])*)"
)
_WORD = re.compile(r"\"[^\"\\\n]*\"|'[^'\\\n]*'")


class ExpressionError(Exception):
    """An expression that cannot be read, or (at some values) not computed; the text says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read: the names it uses, and how it is computed."""

    text: str
    names: frozenset[str]
    compute: _Node

    def evaluate(self, scope: Scope) -> Value:
        """Compute the value; raises ExpressionError where it has none."""
        try:
            return self.compute(scope)
        except OutOfDomainError:
            raise ExpressionError("函数的参数超出定义域") from None
        except KeyError as error:
            raise ExpressionError(f"没有“{error.args[0]}”这个名字") from None
        except (ZeroDivisionError, DecimalException) as error:
            raise ExpressionError(_arithmetic_message(error)) from None


def _arithmetic_message(error: ArithmeticError) -> str:
    if isinstance(error, ZeroDivisionError):
        return "除数为 0"
    name = type(error).__name__
    return "结果太大" if name == "Overflow" else "没有意义的运算（如负数开方）"


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Read an expression; raises ExpressionError that says what is wrong with it."""
    source = " ".join(text.split())
    _check_text(source)
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError("写法不对") from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise ExpressionError("太长")
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called}
    return Expression(text, frozenset(names - {"pi"}), _Compiler(source.encode()).node(tree.body))


def _check_text(source: str) -> None:
    if not source:
        raise ExpressionError("没有内容")
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"长于 {MAX_LENGTH} 字")
    bare = _WORD.sub("", source)
    if not bare.isascii() or "\\" in source:
        raise ExpressionError("只能用半角的字母、数字和符号（引号里的词除外）")
    if "^" in bare:
        raise ExpressionError("乘方写成 **")
    for token in _TOKEN.finditer(bare):
        number = token["number"]
        if number and (len(number) > MAX_DIGITS or not _NUMBER.fullmatch(number)):
            raise ExpressionError(f"“{number[:40]}”不是数")


class _Compiler:
    """Turns syntax into functions over a scope; refuses every node not named here."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    def node(self, node: ast.expr) -> _Node:
        """Compile one node."""
        method = _NODES.get(type(node))
        if method is None:
            raise ExpressionError("用了不允许的写法")
        return method(self, node)

    def constant(self, node: ast.Constant) -> _Node:
        """Take numbers digit by digit from the text, and words."""
        if isinstance(node.value, str):
            word = node.value
            if len(word) > MAX_WORD:
                raise ExpressionError(f"词长于 {MAX_WORD} 字")
            return lambda _scope: word
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise ExpressionError("用了不允许的写法")
        written = self.source[node.col_offset : node.end_col_offset].decode()
        try:
            number = CONTEXT.create_decimal(written)
        except DecimalException:
            raise ExpressionError(f"“{written}”太大") from None
        return lambda _scope: number

    def name(self, node: ast.Name) -> _Node:
        """Look a name up in the scope."""
        name = node.id
        if name == "pi":
            return lambda _scope: PI
        if name in FUNCTIONS or not NAME.fullmatch(name):
            raise ExpressionError(f"“{name[:40]}”不能作名字")
        return operator.itemgetter(name)

    def call(self, node: ast.Call) -> _Node:
        """Call a function of the list with plain arguments."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords:
            known = "、".join(FUNCTIONS)
            raise ExpressionError(f"没有函数“{name[:40]}”，可用的有 {known}")
        _function, fewest, most = FUNCTIONS[name]
        if not fewest <= len(node.args) <= most:
            raise ExpressionError(f"函数 {name} 的参数个数不对")
        arguments = [self.node(each) for each in node.args]
        return lambda scope: call(name, *[_number(each(scope)) for each in arguments])

    def unary(self, node: ast.UnaryOp) -> _Node:
        """Compile -a, +a and not a."""
        operand = self.node(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope: not _truth(operand(scope))
        if isinstance(node.op, ast.USub):
            return lambda scope: CONTEXT.minus(_number(operand(scope)))
        if isinstance(node.op, ast.UAdd):
            return lambda scope: _number(operand(scope))
        raise ExpressionError("用了不允许的写法")

    def binary(self, node: ast.BinOp) -> _Node:
        """Compile arithmetic."""
        left, right = self.node(node.left), self.node(node.right)
        compute = _BINARY.get(type(node.op))
        if compute is None:
            raise ExpressionError("用了不允许的写法")
        return lambda scope: compute(_number(left(scope)), _number(right(scope)))

    def compare(self, node: ast.Compare) -> _Node:
        """Compile a < b <= c; words may be equal or not."""
        operands = [self.node(each) for each in (node.left, *node.comparators)]
        tests = [_COMPARE.get(type(op)) for op in node.ops]
        if None in tests:
            raise ExpressionError("用了不允许的写法")
        checks = [(test, test in _EQUAL) for test in tests if test]

        def run(scope: Scope) -> bool:
            values = [each(scope) for each in operands]
            pairs = zip(checks, values, values[1:], strict=False)
            return all(
                test(*_comparable(a, b, is_equal=is_equal)) for (test, is_equal), a, b in pairs
            )

        return run

    def boolean(self, node: ast.BoolOp) -> _Node:
        """Compile and/or: later conditions are computed only where they matter."""
        operands = [self.node(each) for each in node.values]
        join = all if isinstance(node.op, ast.And) else any
        return lambda scope: join(_truth(each(scope)) for each in operands)

    def conditional(self, node: ast.IfExp) -> _Node:
        """Compile a if condition else b: only the branch that is taken is computed."""
        test, body, other = self.node(node.test), self.node(node.body), self.node(node.orelse)
        return lambda scope: body(scope) if _truth(test(scope)) else other(scope)


def _number(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise ExpressionError("词或条件不能参加运算")


def _truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise ExpressionError("这里要写条件（比较）")


def _comparable(left: Value, right: Value, *, is_equal: bool) -> tuple[Value, Value]:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return compared(left), compared(right)
    if is_equal and isinstance(left, str) and isinstance(right, str):
        return left, right
    raise ExpressionError("数只能同数比，词只能比是否相同")


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    return CONTEXT.subtract(left, CONTEXT.multiply(right, _whole_quotient(left, right)))


def _whole_quotient(left: Decimal, right: Decimal) -> Decimal:
    return call("floor", CONTEXT.divide(left, right))


_NODES: dict[type[ast.expr], Callable[[_Compiler, ast.expr], _Node]] = {
    ast.Constant: _Compiler.constant,  # type: ignore[dict-item]
    ast.Name: _Compiler.name,  # type: ignore[dict-item]
    ast.Call: _Compiler.call,  # type: ignore[dict-item]
    ast.UnaryOp: _Compiler.unary,  # type: ignore[dict-item]
    ast.BinOp: _Compiler.binary,  # type: ignore[dict-item]
    ast.Compare: _Compiler.compare,  # type: ignore[dict-item]
    ast.BoolOp: _Compiler.boolean,  # type: ignore[dict-item]
    ast.IfExp: _Compiler.conditional,  # type: ignore[dict-item]
}
_BINARY: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: CONTEXT.add,
    ast.Sub: CONTEXT.subtract,
    ast.Mult: CONTEXT.multiply,
    ast.Div: CONTEXT.divide,
    ast.FloorDiv: _whole_quotient,
    ast.Mod: _modulo,
    ast.Pow: power,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_EQUAL = (operator.eq, operator.ne)
