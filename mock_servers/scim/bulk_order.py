"""In which order the operations of a bulk job are carried out: what others refer to comes first.

RFC 7644 §3.7 lets a server change the order where the client's intent is kept. It is changed only where an operation
refers to one that stands behind it, and no further than needed. Operations that refer to each other form a circle
and come together (§3.7.1).
"""

import heapq
from collections.abc import Sequence, Set


def in_order(needs: Sequence[Set[int]]) -> list[list[int]]:
    """Operations by number, circles as one list of several. `needs[n]` are those that must come before `n`."""
    circles = _circles(needs)
    circle_of = {one: circle for circle, members in enumerate(circles) for one in members}
    waiting_for = [{circle_of[need] for one in members for need in needs[one]} for members in circles]
    followers: list[list[int]] = [[] for _ in circles]
    for circle, awaited in enumerate(waiting_for):
        awaited.discard(circle)
        for other in awaited:
            followers[other].append(circle)
    missing = [len(awaited) for awaited in waiting_for]
    ready = [(members[0], circle) for circle, members in enumerate(circles) if not missing[circle]]
    heapq.heapify(ready)
    ordered: list[list[int]] = []
    while ready:
        _, circle = heapq.heappop(ready)
        ordered.append(circles[circle])
        for follower in followers[circle]:
            missing[follower] -= 1
            if not missing[follower]:
                heapq.heappush(ready, (circles[follower][0], follower))
    return ordered


def _circles(needs: Sequence[Set[int]]) -> list[list[int]]:
    """The strongly connected components, by Kosaraju's two walks; most are single operations."""
    wanted_by: list[list[int]] = [[] for _ in needs]
    for one, needed in enumerate(needs):
        for other in needed:
            wanted_by[other].append(one)
    seen: set[int] = set()
    finished = [one for start in range(len(needs)) for one in _finished_from(start, wanted_by, seen)]
    seen.clear()
    return [sorted(circle) for start in reversed(finished) if (circle := _finished_from(start, needs, seen))]


def _finished_from(start: int, edges: Sequence[Set[int]] | Sequence[list[int]], seen: set[int]) -> list[int]:
    """What is reached from `start` and was not seen before, each after all that is reached from it."""
    if start in seen:
        return []
    seen.add(start)
    finished: list[int] = []
    path = [(start, iter(edges[start]))]
    while path:
        one, onward = path[-1]
        following = next((other for other in onward if other not in seen), None)
        if following is None:
            finished.append(one)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(edges[following])))
    return finished
