"""Measure and print: `python -m tests.bench [--sizes 1000,10000,100000] [--rounds 5]`."""

from __future__ import annotations

import argparse
from statistics import median

from .banks import FOLDER, bank
from .meter import Server, serving
from .visits import Visit, visits

SIZES = (1_000, 10_000, 100_000)
FLOOR_TIMES, TURNS = 320, 4
GROWTH, STATEMENTS, MEMORY = 1.2, 12, 400


class Line:
    """What one page came to at one size: multiples of the floor by round, milliseconds, statements."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.ratios: list[float] = []
        self.ms: list[float] = []
        self.statements: set[int] = set()


def measure(floor: Server, size: int, rounds: int, only: str) -> tuple[list[Line], float]:
    """Every page of a bank of that size, floor and page in short turns, so that a slower moment slows both."""
    instance = bank(size)
    with serving("bank", instance) as server, visits(instance) as pages:
        lines = [Line(visit) for visit in pages if only in visit.name]
        for line in lines:
            for number in range(40):  # both workers get warm, and every kind of request is counted
                line.statements.add(line.visit.ask(server, number).statements)
        for _ in range(rounds):
            for line in lines:
                least = spent = 0.0
                share = line.visit.times // TURNS
                for turn in range(TURNS):
                    least += floor.cost(FLOOR_TIMES // TURNS, lambda number: floor.ask("/")) / TURNS
                    first = turn * share
                    ask = lambda number, line=line, first=first: line.visit.ask(server, first + number)  # noqa: E731
                    spent += server.cost(share, ask) / TURNS
                line.ratios.append(spent / least)
                line.ms.append(spent * 1000)
        return lines, server.memory()


def shown(size: int, lines: list[Line], memory: float) -> None:
    """The table of one size."""
    print(f"\n{size:,} 个项目    两个进程内存 {memory:.0f} MB（目标 ≤ {MEMORY}）{'' if memory <= MEMORY else '  ✗'}")
    for line in lines:
        goal = f"≤ {line.visit.goal}" if line.visit.goal else "—"
        misses = (line.visit.goal and median(line.ratios) > line.visit.goal) or max(line.statements) > STATEMENTS
        statements = "–".join(str(n) for n in sorted({min(line.statements), max(line.statements)}))
        print(
            f"  {median(line.ratios):6.1f}×  （{min(line.ratios):.1f}–{max(line.ratios):.1f}）  目标 {goal:5}  "
            f"{median(line.ms):6.2f} ms  SQL {statements:6} {line.visit.name}{'  ✗' if misses else ''}", flush=True
        )  # fmt: skip


def grown(tables: dict[int, list[Line]]) -> None:
    """How much dearer each page is in the largest bank than in the smallest."""
    first, last = min(tables), max(tables)
    print(f"\n从 {first:,} 到 {last:,} 的增长（目标 ≤ {GROWTH}）")
    for small, large in zip(tables[first], tables[last], strict=True):
        growth = median(large.ratios) / median(small.ratios)
        print(f"  {growth:5.2f}  {small.visit.name}{'' if growth <= GROWTH else '  ✗'}")


def main() -> None:
    """Measure every size asked for beside one and the same floor."""
    given = argparse.ArgumentParser(
        prog="python -m tests.bench", description="每页的处理器时间，以最小 Flask 程序为 1。"
    )
    given.add_argument("--sizes", default=",".join(map(str, SIZES)), help="项目数，逗号分开")
    given.add_argument("--rounds", type=int, default=9)
    given.add_argument("--only", default="", help="只测名称含有这几个字的页面")
    asked = given.parse_args()
    tables = {}
    for size in map(int, asked.sizes.split(",")):
        bank(size)
    with serving("floor", FOLDER) as floor:
        floor.cost(FLOOR_TIMES, lambda number: floor.ask("/"))
        for size in map(int, asked.sizes.split(",")):
            lines, memory = measure(floor, size, asked.rounds, asked.only)
            shown(size, lines, memory)
            tables[size] = lines
    if len(tables) > 1:
        grown(tables)


if __name__ == "__main__":
    main()
