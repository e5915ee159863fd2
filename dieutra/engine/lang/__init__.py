"""The expression language of forms: text -> AST (JSON arrays) -> Python closures or XPath for Collect."""

from dieutra.engine.lang.ast import Ast, Read, lists, paths, reads, reads_itself
from dieutra.engine.lang.context import Context
from dieutra.engine.lang.errors import EvaluationError, ExpressionError
from dieutra.engine.lang.functions import FUNCTIONS, Function
from dieutra.engine.lang.nodes import place_of
from dieutra.engine.lang.parse import parse
from dieutra.engine.lang.shape import FLAT, Shape
from dieutra.engine.lang.to_python import Compiled, compile_expr
from dieutra.engine.lang.to_xpath import to_xpath
from dieutra.engine.lang.values import Value, number_text, to_boolean, to_number, to_text

__all__ = [
    "FLAT",
    "FUNCTIONS",
    "Ast",
    "Compiled",
    "Context",
    "EvaluationError",
    "ExpressionError",
    "Function",
    "Read",
    "Shape",
    "Value",
    "compile_expr",
    "lists",
    "number_text",
    "parse",
    "paths",
    "place_of",
    "reads",
    "reads_itself",
    "to_boolean",
    "to_number",
    "to_text",
    "to_xpath",
]
