"""What is wrong with the arguments of a function, told when the form is read. None: nothing."""

from dieutra.engine.lang.ast import Ast


def selected_problem(arguments: list[Ast]) -> str | None:
    return "giá trị lựa chọn phải đặt trong dấu nháy, ví dụ '1'" if arguments[1][0] == "num" else None


NODES = ("path", "self", "where", "items", "outer")


def paths_problem(arguments: list[Ast]) -> str | None:
    are_nodes = all(part[0] in NODES or part[:2] == ["call", "randomize"] for part in arguments)
    return None if are_nodes else "chỉ đếm được câu hỏi, viết ${tên}"


def nodes_problem(arguments: list[Ast]) -> str | None:
    return None if arguments[0][0] in NODES else "cần nhiều câu hỏi hoặc một danh sách"


def position_problem(arguments: list[Ast]) -> str | None:
    is_path = not arguments or arguments[0][0] in ("path", "outer", "self")
    return None if is_path else "cần một phần lặp lại, ví dụ position(..)"


def indexed_problem(arguments: list[Ast]) -> str | None:
    if len(arguments) % 2 == 0:
        return "cần câu hỏi, rồi từng cặp phần lặp lại và số thứ tự"
    are_places = all(map(_is_place, [arguments[0], *arguments[1::2]]))
    return None if are_places else "câu hỏi và phần lặp lại phải viết dạng ${tên}"


def _is_place(part: Ast) -> bool:
    """`${nguoi}` in a row of its own is `../../nguoi` to Collect: all rows, which no predicate narrows."""
    return part[0] == "path" or (part[0] == "where" and all(len(step) == 1 for step in part[2:]))


def pulldata_problem(arguments: list[Ast]) -> str | None:
    are_fixed = all(part[0] == "str" for part in arguments[:3])
    return None if are_fixed else "tên tệp và tên cột phải là chữ cố định đặt trong dấu nháy"


def pairs_problem(arguments: list[Ast]) -> str | None:
    return (
        "cần số tham số chẵn: ít nhất, nhiều nhất, rồi từng cặp điều kiện và trọng số"
        if len(arguments) % 2
        else None
    )
