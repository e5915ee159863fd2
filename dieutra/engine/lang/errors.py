"""What can go wrong with an expression: it cannot be read, or it has no value for these answers."""


class ExpressionError(Exception):
    """The text is not an expression that we carry.

    `message` is Vietnamese, ready for the screen; `position` is where in the text, counted from 0.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (ký tự thứ {self.position + 1})"


class EvaluationError(Exception):
    """The expression has no value for these answers, for example `date('2021-02-30')`."""
