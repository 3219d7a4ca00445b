"""Boxes and curves of a drawing, and the few ways in which an edge runs from a box to the node of a reaction.

All lengths are pixels of the drawing at 100 %; x grows to the right, y downwards.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["AXES", "Box", "Curve", "Point", "Segment", "along_axis", "from_side", "polyline", "reach"]

Point = tuple[float, float]

AXES: dict[str, Point] = {"east": (1.0, 0.0), "west": (-1.0, 0.0), "south": (0.0, 1.0), "north": (0.0, -1.0)}
"""Directions in which a reaction may run."""

# An edge does not start closer than this to a corner of a box: there the corner is rounded.
_CORNER = 5.0
# Radius of a bend.
_BEND = 8.0
# A side edge joins the axis of its reaction at least this far from the node, so that it is seen to turn.
_SHOULDER = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle, by its upper left corner and its size in pixels."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(cls, centre: Point, width: float, height: float) -> Box:
        """The box of this size around a point."""
        return cls(x=centre[0] - width / 2, y=centre[1] - height / 2, width=width, height=height)

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """Middle point."""
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, other: Box) -> bool:
        """Whether another box lies within this one."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two have more in common than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside, the edge not counted."""
        return self.x < point[0] < self.right and self.y < point[1] < self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A straight line, or a cubic Bezier curve if it has control points."""

    start: Point
    end: Point
    controls: tuple[Point, Point] | None = None

    def points(self, parts: int = 12) -> list[Point]:
        """Points on the segment, the ends included."""
        if self.controls is None:
            return [self.start, self.end]
        one, two = self.controls
        found = []
        for number in range(parts + 1):
            t = number / parts
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            corners = (self.start, one, two, self.end)
            found.append(
                (
                    sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
                    sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class Curve:
    """Segments, each starting where the one before ends."""

    segments: tuple[Segment, ...]

    @property
    def start(self) -> Point:
        """First point."""
        return self.segments[0].start

    @property
    def end(self) -> Point:
        """Last point."""
        return self.segments[-1].end

    def points(self) -> list[Point]:
        """Points on the curve in order, close enough to each other to stand for it."""
        found = [self.start]
        for segment in self.segments:
            found += segment.points()[1:]
        return found

    def reversed(self) -> Curve:
        """The same curve from its end to its start."""
        return Curve(
            tuple(
                Segment(
                    start=segment.end,
                    end=segment.start,
                    controls=None if segment.controls is None else (segment.controls[1], segment.controls[0]),
                )
                for segment in reversed(self.segments)
            )
        )

    def rounded(self) -> Curve:
        """The same curve with all coordinates on a grid of 0.1 px, as they are written."""

        def to_grid(point: Point) -> Point:
            return round(point[0], 1) + 0.0, round(point[1], 1) + 0.0

        return Curve(
            tuple(
                Segment(
                    start=to_grid(segment.start),
                    end=to_grid(segment.end),
                    controls=segment.controls and (to_grid(segment.controls[0]), to_grid(segment.controls[1])),
                )
                for segment in self.segments
            )
        )

    def heading(self) -> Point:
        """Unit vector in which the curve arrives at its end."""
        last = self.segments[-1]
        before = last.start if last.controls is None else last.controls[1]
        if before == last.end:
            before = last.start
        length = math.dist(before, last.end) or 1.0
        return (last.end[0] - before[0]) / length, (last.end[1] - before[1]) / length


def _clamped(value: float, low: float, high: float) -> float:
    return (low + high) / 2 if low > high else min(max(value, low), high)


def _quadratic(start: Point, control: Point, end: Point) -> Segment:
    one = (start[0] + 2 / 3 * (control[0] - start[0]), start[1] + 2 / 3 * (control[1] - start[1]))
    two = (end[0] + 2 / 3 * (control[0] - end[0]), end[1] + 2 / 3 * (control[1] - end[1]))
    return Segment(start=start, end=end, controls=(one, two))


def reach(box: Box, target: Point) -> Point:
    """The point of a box where an edge to `target` starts: straight across if it can be, else on the way."""
    x, y = target
    if box.x + _CORNER <= x <= box.right - _CORNER and not box.holds(target):
        return x, (box.y if y < box.y else box.bottom)
    if box.y + _CORNER <= y <= box.bottom - _CORNER and not box.holds(target):
        return (box.x if x < box.x else box.right), y
    middle = box.centre
    dx, dy = x - middle[0], y - middle[1]
    scale = min(
        box.width / 2 / abs(dx) if dx else math.inf,
        box.height / 2 / abs(dy) if dy else math.inf,
    )
    return (middle[0] + dx * scale, middle[1] + dy * scale) if math.isfinite(scale) else middle


def along_axis(box: Box, port: Point, away: Point) -> Point | None:
    """Where a straight edge from a box meets its reaction, or None if the box does not lie on the axis.

    Parameters
    ----------
    box : Box
        Box of the species.
    port : Point
        End of the edge at the reaction.
    away : Point
        Unit vector along the axis, from the reaction outwards.
    """
    if away[0]:
        on_axis = box.y + _CORNER <= port[1] <= box.bottom - _CORNER
        edge = box.x if away[0] > 0 else box.right
        return (edge, port[1]) if on_axis and (edge - port[0]) * away[0] > 0 else None
    on_axis = box.x + _CORNER <= port[0] <= box.right - _CORNER
    edge = box.y if away[1] > 0 else box.bottom
    return (port[0], edge) if on_axis and (edge - port[1]) * away[1] > 0 else None


def from_side(box: Box, port: Point, away: Point) -> Curve:
    """An edge from a box beside the axis of a reaction: it turns into the axis and then meets the node."""
    if away[0]:
        x = _clamped(port[0] + away[0] * _SHOULDER, box.x + _CORNER + 3, box.right - _CORNER - 3)
        start = (x, box.bottom if box.centre[1] < port[1] else box.y)
        shoulder = max(_SHOULDER * 0.7, away[0] * (x - port[0]))
        return Curve((_quadratic(start, (port[0] + away[0] * shoulder, port[1]), port),))
    y = _clamped(port[1] + away[1] * _SHOULDER, box.y + _CORNER, box.bottom - _CORNER)
    start = (box.right if box.centre[0] < port[0] else box.x, y)
    shoulder = max(_SHOULDER * 0.7, away[1] * (y - port[1]))
    return Curve((_quadratic(start, (port[0], port[1] + away[1] * shoulder), port),))


def polyline(points: Sequence[Point]) -> Curve:
    """Straight lines through points, with rounded bends."""
    segments: list[Segment] = []
    here = points[0]
    for corner, following in itertools.pairwise(points[1:]):
        into, out = math.dist(here, corner), math.dist(corner, following)
        radius = min(_BEND, into / 2, out / 2)
        before = tuple(c + (h - c) * radius / into for h, c in zip(here, corner, strict=True))
        after = tuple(c + (f - c) * radius / out for f, c in zip(following, corner, strict=True))
        first, second = (before[0], before[1]), (after[0], after[1])
        segments.append(Segment(start=here, end=first))
        segments.append(_quadratic(first, corner, second))
        here = second
    segments.append(Segment(start=here, end=points[-1]))
    return Curve(tuple(segments))
