"""The expression language of forms: text -> AST (JSON arrays) -> Python closures or XPath for Collect."""

from dieutra.engine.lang.ast import Ast, paths, reads_itself
from dieutra.engine.lang.errors import EvaluationError, ExpressionError
from dieutra.engine.lang.functions import FUNCTIONS, Function
from dieutra.engine.lang.parse import parse
from dieutra.engine.lang.to_python import Compiled, Context, compile_expr
from dieutra.engine.lang.to_xpath import to_xpath
from dieutra.engine.lang.values import Value, number_text, to_boolean, to_number, to_text

__all__ = [
    "FUNCTIONS",
    "Ast",
    "Compiled",
    "Context",
    "EvaluationError",
    "ExpressionError",
    "Function",
    "Value",
    "compile_expr",
    "number_text",
    "parse",
    "paths",
    "reads_itself",
    "to_boolean",
    "to_number",
    "to_text",
    "to_xpath",
]
