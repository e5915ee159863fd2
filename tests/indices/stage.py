"""The small world with an index in it, for tests that need a real server: one body verified, one waiting, one silent."""

from __future__ import annotations

from dieutra.indices import former, publishing
from dieutra.indices.drawing import draw
from tests.indices.given import all_answered, answered, over, reckoned, sent, taken, verified
from tests.opinion_cast import OpinionWorld, make_opinion_world

FORMER = (
    "mã;điểm;hạng;1;2;3;4;5;6;7;8\n35;81,20;2;8,10;7,5;11;8;12;9;11;12\n40;83,05;1;8;8;12;8;12;10;12;13\n"
)


def make() -> OpinionWorld:
    world = make_opinion_world()
    taken(world, "tinh")
    verified(world, "35", 91)
    sent(world, "40", 84)
    for level, group in enumerate(("tinh-hdnd", "tinh-so", "tinh-phong", "tinh-huyen"), start=2):
        answered(world, "35", group, 9, level)
        answered(world, "35", group, 4, 5, q01="99")
    all_answered(world, "40", level=4)
    taken(world, "bo")
    former.take_former(
        world.user("ba.bo"), world.campaign, "tinh", 2021, "Số liệu tự dựng để thử", FORMER.encode()
    )
    return world


def published(world: OpinionWorld) -> None:
    over(world)
    found = publishing.publish(world.user("ba.bo"), reckoned(world), with_lacking=True)
    for _ in draw(found):
        pass
